/** The dictionaries of a command, its options and choices: what is said in which language, and how Discord tells it. */
import { inLocale, isLocale, type Locale, LOCALES } from "../../page/locales.js";
import type { FormFaults, Path } from "../api-error.ts";
import { type Json, asArray, asObject, isObject, textOf } from "../json.ts";

type Field = "name" | "description";
/** Locale -> text. */
type Dictionary = Readonly<Record<string, string>>;

const keyOf = (field: Field): string => `${field}_localizations`;

/** The dictionary of a field; empty where there is none. */
export const dictionaryOf = (item: Json, field: Field): Dictionary => asObject(item[keyOf(field)]) as Dictionary;

/** Adds the faults of a dictionary: languages that Discord has not, and texts beyond `most` characters or empty. */
export function checkDictionary(item: Json, field: Field, most: number, path: Path, faults: FormFaults): void {
  const at = [...path, keyOf(field)];
  const given = item[keyOf(field)] ?? {};
  if (!isObject(given)) return faults.add(at, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
  for (const [locale, text] of Object.entries(given)) {
    if (!isLocale(locale)) faults.choice([...at, locale], Object.keys(LOCALES));
    faults.text([...at, locale], text, 1, most, true);
  }
}

/** Characters of a field in the language where it is longest. */
export const longest = (item: Json, field: Field): number =>
  Math.max(...[item[field], ...Object.values(dictionaryOf(item, field))].map((text) => textOf(text).length));

/**
 * A command as Discord answers with it, its options and choices alike. What is the same as the default counts for nothing.
 *
 * @param locale adds what there is in this language in place of the dictionaries; null: with the dictionaries
 */
export function answered(item: Json, locale: Locale | null): Json {
  const shown: Json = {};
  for (const [key, value] of Object.entries(item)) {
    const field = (["name", "description"] as const).find((field) => key === keyOf(field));
    if (!field) {
      const isNested = key === "options" || key === "choices";
      shown[key] = isNested ? asArray(value).map((one) => answered(asObject(one), locale)) : value;
      continue;
    }
    const kept = Object.entries(dictionaryOf(item, field)).filter(([, text]) => text !== item[field]);
    const dictionary = kept.length > 0 ? Object.fromEntries(kept) : null;
    const text = locale && inLocale(dictionary, locale);
    if (locale === null) shown[key] = dictionary;
    else if (text !== undefined) shown[`${field}_localized`] = text;
  }
  return shown;
}
