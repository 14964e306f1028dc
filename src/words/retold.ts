/** Says again what was written down in English, in the language of whoever reads it now. */
import { IntlMessageFormat } from "intl-messageformat";

import { DEFAULT_LOCALE } from "./locale.ts";
import { catalogueOf, say, type Sentence } from "./say.ts";

type Part = ReturnType<IntlMessageFormat["getAst"]>[number];

/** As the parser numbers text that is said as it stands. */
const LITERAL = 0;

/** One of the texts that a sentence is in English: it has one for each case of its choices and plurals. */
interface Form {
  /** Of a regular expression, in which what the sentence speaks of are groups. */
  readonly pattern: string;
  /** What it speaks of where that is known from the case alone. */
  readonly values: Readonly<Record<string, string | number>>;
}

interface Reading extends Omit<Form, "pattern"> {
  readonly sentence: Sentence;
  readonly pattern: RegExp;
}

const rooms = new Map<string, readonly Reading[]>();

/**
 * So that what is kept, or crosses to processes of other versions, stays plain English text.
 *
 * @param room how the names of the sentences begin that it may be, and of those within it
 * @returns `text` itself where no such sentence reads like that
 */
export function retold(room: string, text: string): string {
  for (const { sentence, pattern, values } of readingsOf(room)) {
    const found = pattern.exec(text);
    if (!found) continue;
    const read = Object.entries(found.groups ?? {}).map(([name, value]) => [name, valueOf(room, value)]);
    return say(sentence, { ...Object.fromEntries(read), ...values });
  }
  return text;
}

const valueOf = (room: string, text: string): string | number =>
  new RegExp(`^${NUMBER}$`).test(text) ? Number(text.replaceAll(",", "")) : retold(room, text);

function readingsOf(room: string): readonly Reading[] {
  const readings =
    rooms.get(room) ??
    (Object.entries(catalogueOf(DEFAULT_LOCALE)) as [Sentence, string][])
      .filter(([name]) => name.startsWith(room))
      .flatMap(([sentence, english]) =>
        formsOf(partsOf(english)).map(({ pattern, values }) => ({
          sentence,
          pattern: new RegExp(`^${pattern}$`, "s"),
          values,
        })),
      );
  rooms.set(room, readings);
  return readings;
}

const partsOf = (english: string): readonly Part[] =>
  new IntlMessageFormat(english, DEFAULT_LOCALE, undefined, { ignoreTag: true }).getAst();

const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`;

/** Of `{fault}: gone`: anything, which is the fault, followed by the rest. @param counted what the plural is of that they stand in */
function formsOf(parts: readonly Part[], counted?: string): readonly Form[] {
  const whole: Form = { pattern: "", values: {} };
  return parts.reduce<readonly Form[]>(
    (forms, part) => forms.flatMap((form) => casesOf(part, counted).map((next) => joined(form, next))),
    [whole],
  );
}

/** What is named again has to read as it did before. */
const joined = (form: Form, next: Form): Form => ({
  pattern:
    form.pattern +
    next.pattern.replaceAll(/\(\?(<\w+>)[^()]*(?:\([^()]*\)\?)?\)/g, (group: string, name: string) =>
      form.pattern.includes(`(?${name}`) ? String.raw`\k${name}` : group,
    ),
  values: { ...form.values, ...next.values },
});

function casesOf(part: Part, counted?: string): readonly Form[] {
  if (!("value" in part)) return [{ pattern: `(?<${counted}>${NUMBER})`, values: {} }];
  const { value } = part;
  if ("options" in part) {
    const isPlural = "pluralType" in part;
    return Object.entries(part.options).flatMap(([name, option]) =>
      formsOf(option.value, isPlural ? value : counted).map(({ pattern, values }) => ({
        pattern,
        values: { ...(isPlural ? countOf(value, name) : { [value]: name }), ...values },
      })),
    );
  }
  if ("style" in part) return [{ pattern: `(?<${value}>${NUMBER})`, values: {} }];
  const isText = (part.type as number) === LITERAL;
  return [
    { pattern: isText ? value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`) : `(?<${value}>.+)`, values: {} },
  ];
}

/** English has a form for one, and another that any other number stands in. */
const countOf = (value: string, name: string): Form["values"] =>
  name === "other" ? {} : { [value]: name === "one" ? 1 : Number(name.slice(1)) };
