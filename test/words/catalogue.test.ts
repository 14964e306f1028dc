import { describe, expect, it } from "vitest";

import { type Locale, LOCALES } from "../../src/words/locale.ts";
import { catalogueOf } from "../../src/words/say.ts";
import { type Anatomy, anatomyOf } from "./sentences.ts";
import { namesIn, saidIn, type Source, sources } from "./uses.ts";

/** Most characters, by what Discord shows. */
const LIMITS: readonly (readonly [name: RegExp, most: number])[] = [
  [/^(?:command|option)\./, 100],
  [/^option\..*\.name$/, 32],
  [/\.button\./, 80],
  [/^(?:pair-form|gallery\.form|edit-prompt|tweak)\.title/, 45],
  [/^pair-form\.label\.|^edit-prompt\.label$/, 45],
  [/hint$|\.hint\.|placeholder$|\.pick$|\.choice\./, 100],
  [/\.thread-name$/, 100],
];

/** Numbers that sentences are about: of millions Romance languages have forms that nothing here needs. */
const COUNTS = Array.from({ length: 1000 }, (_, i) => i);

const anatomies = (locale: Locale): ReadonlyMap<string, Anatomy> =>
  new Map(Object.entries(catalogueOf(locale)).map(([name, text]) => [name, anatomyOf(text, locale)]));
const english = anatomies("en");
const code = sources();

/** What is wrong with sentences of a language, each with its name. */
const faultsOf = (locale: Locale, look: (anatomy: Anatomy, name: string) => readonly unknown[]): readonly string[] =>
  [...anatomies(locale)].flatMap(([name, anatomy]) => look(anatomy, name).map((fault) => `${name}: ${String(fault)}`));

describe.each(LOCALES)("the catalogue of %s", (locale) => {
  it("can be read, and has no brace that an apostrophe makes a mere character of", () => {
    expect(() => anatomies(locale)).not.toThrow();
    expect(Object.values(catalogueOf(locale)).filter((text) => /'[{}]/.test(text))).toEqual([]);
  });

  it("has English's sentences and no others, in order", () => {
    const names = Object.keys(catalogueOf(locale));
    expect(names.toSorted()).toEqual([...english.keys()].toSorted());
    expect(names).toEqual(names.toSorted());
  });

  it("speaks of what English speaks of, and chooses by the same words", () => {
    const told = ({ values }: Anatomy): string =>
      [...values]
        .map((each) => each.join(": "))
        .toSorted()
        .join();
    const faults = faultsOf(locale, (anatomy, name) => {
      const own = english.get(name);
      if (!own || told(own) !== told(anatomy)) return [told(anatomy)];
      const words = [...anatomy.choices].flatMap(([value, each]) => [...each].map((word) => [value, word] as const));
      return words.filter(([value, word]) => !own.choices.get(value)?.has(word));
    });
    expect(faults).toEqual([]);
  });

  it("has a form of each plural for every number", () => {
    const rules = new Intl.PluralRules(locale);
    const hasForm = (plural: ReadonlySet<string>, count: number): boolean =>
      plural.has(`=${count}`) || plural.has(rules.select(count));
    const faults = faultsOf(locale, ({ plurals }, name) => {
      // What English has no form of for one is never one.
      if (!english.get(name)?.plurals.some((plural) => plural.has("one"))) return [];
      return plurals.flatMap((plural) => COUNTS.filter((count) => !hasForm(plural, count)).slice(0, 1));
    });
    expect(faults).toEqual([]);
  });

  it("fits where Discord shows it", () => {
    const faults = faultsOf(locale, ({ length }, name) =>
      LIMITS.filter(([pattern, most]) => pattern.test(name) && length > most),
    );
    expect(faults).toEqual([]);
  });
});

it("every sentence is said somewhere", () => {
  const { whole, made } = namesIn(code);
  expect([...english.keys()].filter((name) => !whole.has(name) && !made.test(name))).toEqual([]);
});

it("every sentence is given what it speaks of, and nothing else", () => {
  const said = code.flatMap(saidIn);
  expect(said.length).toBeGreaterThan(50);
  const faults = said.filter(({ sentence, given }) => {
    const values = english.get(sentence)?.values;
    return given && values && [...given].toSorted().join() !== [...values.keys()].toSorted().join();
  });
  expect(faults).toEqual([]);
});

it("nothing that members see writes numbers, lists or dates but by the language that is spoken", () => {
  // What is about deleting and keeping is English alone.
  const isSeen = ({ file }: Source): boolean =>
    /^(?:src\/(?:discord|images|votes)|commands)\//.test(file) && !file.endsWith("wording/privacy.ts");
  const own = code
    .filter(isSeen)
    .flatMap(({ file, text }) =>
      [...text.matchAll(/\.toFixed\(|\.toLocaleString\(|\bIntl\.(?:ListFormat|NumberFormat|DateTimeFormat)/g)].map(
        ([way]) => `${file}: ${way}`,
      ),
    );
  expect(own).toEqual([]);
});
