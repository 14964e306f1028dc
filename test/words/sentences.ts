/** What a sentence of a catalogue is made of. */
import { IntlMessageFormat } from "intl-messageformat";

import type { Locale } from "../../src/words/locale.ts";

type Part = ReturnType<IntlMessageFormat["getAst"]>[number];

/** As the parser numbers text that is said as it stands. */
const LITERAL = 0;

/** `choice`: one of some words; `number`: what is counted or written as a number; else it is put in as it is. */
type Kind = "value" | "number" | "choice";

export interface Anatomy {
  /** What it speaks of, by name. */
  readonly values: ReadonlyMap<string, Kind>;
  /** Words that each choice knows, `other` among them. */
  readonly choices: ReadonlyMap<string, ReadonlySet<string>>;
  /** Cases that each plural of it has. */
  readonly plurals: readonly ReadonlySet<string>[];
  /** Characters of its own, of the longest of its cases. */
  readonly length: number;
}

/** @throws SyntaxError saying what is wrong with it */
export function anatomyOf(text: string, locale: Locale): Anatomy {
  const values = new Map<string, Kind>();
  const choices = new Map<string, Set<string>>();
  const plurals: Set<string>[] = [];
  // What is counted somewhere may stand as it is elsewhere.
  const note = (name: string, kind: Kind): void => {
    if (kind !== "value" || !values.has(name)) values.set(name, kind);
  };
  const lengthOf = (parts: readonly Part[]): number => parts.reduce((sum, part) => sum + look(part), 0);
  const look = (part: Part): number => {
    if (!("value" in part)) return 1;
    const { value } = part;
    const kind: number = part.type;
    if (kind === LITERAL) return value.length;
    if (!("options" in part)) {
      note(value, "style" in part ? "number" : "value");
      return 1;
    }
    const cases = Object.keys(part.options);
    if ("pluralType" in part) {
      note(value, "number");
      plurals.push(new Set(cases));
    } else {
      note(value, "choice");
      choices.set(value, new Set([...(choices.get(value) ?? []), ...cases]));
    }
    return Math.max(...Object.values(part.options).map((each) => lengthOf(each.value)));
  };
  const length = lengthOf(new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).getAst());
  return { values, choices, plurals, length };
}
