/** Says again what was written down in English, in the language of whoever reads it now. */
import { DEFAULT_LOCALE } from "./locale.ts";
import { catalogueOf, say, type Sentence } from "./say.ts";

/** A sentence, and what English texts it reads as. */
interface Reading {
  readonly sentence: Sentence;
  readonly pattern: RegExp;
}

const rooms = new Map<string, readonly Reading[]>();

/**
 * So that what is kept, or crosses to processes of other versions, stays plain English text.
 *
 * @param room how the names of the sentences begin that it may be; they take nothing but plain values
 * @returns `text` itself where no such sentence reads like that
 */
export function retold(room: string, text: string): string {
  for (const { sentence, pattern } of readingsOf(room)) {
    const found = pattern.exec(text);
    if (!found) continue;
    const values = Object.entries(found.groups ?? {}).map(([name, value]) => [name, retold(room, value)]);
    return say(sentence, Object.fromEntries(values));
  }
  return text;
}

function readingsOf(room: string): readonly Reading[] {
  const readings =
    rooms.get(room) ??
    (Object.entries(catalogueOf(DEFAULT_LOCALE)) as [Sentence, string][])
      .filter(([name]) => name.startsWith(room))
      .map(([sentence, english]) => ({ sentence, pattern: patternOf(english) }));
  rooms.set(room, readings);
  return readings;
}

/** Of `{fault}: gone`: anything, which is the fault, followed by the rest. */
const patternOf = (english: string): RegExp =>
  new RegExp(
    `^${english
      .split(/\{(\w+)\}/)
      .map((part, i) => (i % 2 === 1 ? `(?<${part}>.+)` : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)))
      .join("")}$`,
    "s",
  );
