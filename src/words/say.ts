/**
 * Says a sentence in the language of whoever it is said to.
 *
 * Face of this room, in which every sentence that members read stands, once for each language (`languages/*.json`, ICU
 * MessageFormat). A sentence has a name, by which the code knows it. Which language is spoken is a matter of who is being
 * answered, and goes along with the work for them (`speakIn`).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";

import { IntlMessageFormat } from "intl-messageformat";

import english from "./languages/en.json" with { type: "json" };
import { DEFAULT_LOCALE, DISCORD_LOCALES, type DiscordLocale, type Locale } from "./locale.ts";

/** The name of a sentence. */
export type Sentence = keyof typeof english;

/** Several of which any will do: "a, b, or c". */
interface AnyOf {
  readonly anyOf: readonly string[];
}

/** What a sentence speaks of, by the names in its braces. What is itself a sentence is said in the same language. */
export type Values = Readonly<Record<string, string | number | AnyOf | Saying>>;

/** A sentence that is said later, when it is known to whom; plain data, so that it can cross to other processes. */
export interface Saying {
  readonly sentence: Sentence;
  readonly values?: Values | undefined;
}

type Catalogue = Readonly<Partial<Record<Sentence, string>>>;

/** A conversation: the language of the one who is answered, and the one that is spoken where everybody reads it. */
interface Conversation {
  readonly own: Locale;
  readonly aloud: Locale;
}

const require = createRequire(import.meta.url);
const conversation = new AsyncLocalStorage<Conversation>();
const catalogues = new Map<Locale, Catalogue>([["en", english]]);
const compiled = new Map<string, IntlMessageFormat>();

/**
 * Everything that `work` says, also later on, is said in `own`.
 *
 * @param aloud the language of what everybody reads, for `sayAloud`
 */
export const speakIn = <T>(own: Locale, work: () => T, aloud = own): T => conversation.run({ own, aloud }, work);

/** What `work` says is for everybody who is there, in their language. */
export const sayAloud = <T>(work: () => T): T => speakIn(spokenAloud(), work);

/** `work`, in the language that is spoken now whoever calls it: news from other processes belong to no conversation. */
export const inThisLanguage = <Args extends unknown[], T>(work: (...args: Args) => T): ((...args: Args) => T) =>
  AsyncLocalStorage.bind(work);

/** The language that is spoken just now. */
export const spoken = (): Locale => conversation.getStore()?.own ?? DEFAULT_LOCALE;

/** The language of what everybody reads. */
export const spokenAloud = (): Locale => conversation.getStore()?.aloud ?? DEFAULT_LOCALE;

/** All sentences of a language, unformatted. */
export function catalogueOf(locale: Locale): Catalogue {
  const known = catalogues.get(locale) ?? (require(`./languages/${locale}.json`) as Catalogue);
  catalogues.set(locale, known);
  return known;
}

/** The sentence in the language that is spoken just now. @throws Error when something that it speaks of was not given */
export function say(sentence: Sentence, values?: Values): string {
  const text = formatOf(spoken(), sentence).format(values && plain(values));
  return typeof text === "string" ? text : String(text);
}

/** A sentence that waited for its hearer. */
export const tell = ({ sentence, values }: Saying): string => say(sentence, values);

/** The sentence for terminals and logs, and where it is kept for whoever retells it (`retold`). */
export const inEnglish = (saying: Saying): string => speakIn(DEFAULT_LOCALE, () => tell(saying));

/** Whether there is such a sentence; another version of the program may know more of them. */
export const isSentence = (name: string): name is Sentence => Object.hasOwn(catalogueOf(DEFAULT_LOCALE), name);

const plain = (values: Values): Record<string, string | number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plainOf(value)]));

function plainOf(value: Values[string]): string | number {
  if (typeof value !== "object") return value;
  return "anyOf" in value ? list(value.anyOf, "disjunction") : tell(value);
}

function formatOf(locale: Locale, sentence: Sentence): IntlMessageFormat {
  const key = `${locale} ${sentence}`;
  let format = compiled.get(key);
  if (!format) {
    // Mentions look like tags (`<@1>`), and are none. The tests let no language lack a sentence.
    format = new IntlMessageFormat(catalogueOf(locale)[sentence] ?? english[sentence], locale, undefined, {
      ignoreTag: true,
    });
    compiled.set(key, format);
  }
  return format;
}

/** Sentences by other names, each said in the language that is spoken when it is read. */
export const sentences = <Name extends string>(
  named: Readonly<Record<Name, Sentence>>,
): Readonly<Record<Name, string>> =>
  Object.defineProperties(
    {} as Record<Name, string>,
    Object.fromEntries(
      Object.entries<Sentence>(named).map(([name, sentence]) => [name, { enumerable: true, get: () => say(sentence) }]),
    ),
  );

/** Names one after the other, as the language joins them: "a, b, and c", "a, b, or c". */
export const list = (items: readonly string[], type: "conjunction" | "disjunction" = "conjunction"): string =>
  new Intl.ListFormat(spoken(), { type }).format(items);

/** A number as the language writes it, by default with as many decimals as it has (three at most). */
export const number = (value: number, decimals?: number): string =>
  value.toLocaleString(
    spoken(),
    decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals },
  );

/** What a language is called in the one that is spoken. */
export const languageName = (locale: Locale): string =>
  new Intl.DisplayNames(spoken(), { type: "language" }).of(locale) ?? locale;

/** The sentence in each of the other languages, by Discord's locales: what commands are shown with. */
export const inOtherLanguages = (sentence: Sentence, values?: Values): Record<DiscordLocale, string> =>
  Object.fromEntries(
    Object.entries(DISCORD_LOCALES).flatMap(([locale, names]) =>
      names.map((name) => [name, speakIn(locale as Locale, () => say(sentence, values))]),
    ),
  ) as Record<DiscordLocale, string>;
