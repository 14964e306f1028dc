import { isDeepStrictEqual } from "node:util";

import { describe, expect, it } from "vitest";

import { commands } from "../../../commands/index.ts";
import { commandBodies } from "../../../src/discord/interactions/registration.ts";
import { DISCORD_LOCALES, LOCALES } from "../../../src/words/locale.ts";
import { catalogueOf, isSentence, type Sentence } from "../../../src/words/say.ts";

const english = catalogueOf("en");
const others = LOCALES.filter((locale) => locale !== "en");
const wordsOf = (locale: (typeof LOCALES)[number], sentence: string): string =>
  catalogueOf(locale)[sentence as Sentence] ?? english[sentence as Sentence]!;

/** What code knows every option by. */
const OPTIONS = new Set(
  Object.keys(english).flatMap((sentence) => /^option\.([^.]+)\.name$/.exec(sentence)?.slice(1) ?? []),
);
const MENUS = Object.keys(english).filter((sentence) => sentence.startsWith("menu."));

/** What is set off as something to be typed. */
const typed = (text: string): Set<string> => new Set([...text.matchAll(/`([^`]+)`/g)].map(([, what]) => what!));

/** The same in another language: options are called otherwise, commands and what options take are not. */
function typedIn(locale: (typeof LOCALES)[number], what: string): string {
  const nameOf = (option: string): string => wordsOf(locale, `option.${option}.name`);
  if (OPTIONS.has(what)) return nameOf(what);
  return what.replaceAll(/\b([a-z_]+):/g, (whole, option: string) =>
    OPTIONS.has(option) ? `${nameOf(option)}:` : whole,
  );
}

interface Part {
  readonly name: string;
  readonly options?: readonly Part[];
  readonly name_localizations?: Readonly<Record<string, string>>;
  readonly description_localizations?: Readonly<Record<string, string>>;
}

describe("commands and options", () => {
  it("are called in English as code knows them", () => {
    expect([...OPTIONS].filter((option) => wordsOf("en", `option.${option}.name`) !== option)).toEqual([]);
  });

  it("are all in the catalogue, and nothing else is", () => {
    const within = (options: readonly Part[] = [], path = ""): string[] =>
      options.flatMap(({ name, options: inner }) => [`${path}${name}`, ...within(inner, `${path}${name}.`)]);
    const bodies = commandBodies(commands, true) as readonly Part[];
    const menus = new Set(MENUS.map((menu) => wordsOf("en", menu)));
    const paths = within(bodies).filter((path) => !menus.has(path));
    expect(paths.filter((path) => !isSentence(`command.${path}`) && !OPTIONS.has(path.split(".").at(-1)!))).toEqual([]);
    const said = Object.keys(english).flatMap((sentence) => /^command\.(.+)$/.exec(sentence)?.slice(1) ?? []);
    expect(said.filter((path) => !paths.includes(path))).toEqual([]);
    expect([...OPTIONS].filter((option) => !paths.some((path) => path.endsWith(`.${option}`)))).toEqual([]);
  });

  it.each(Object.values(DISCORD_LOCALES).flat())("have words in %s, each its own in a menu", (locale) => {
    const bodies = commandBodies(commands, true) as readonly Part[];
    const unsaid = (part: Part): boolean => !(part.name_localizations ?? part.description_localizations)?.[locale];
    const all = (parts: readonly Part[]): Part[] => parts.flatMap((part) => [part, ...all(part.options ?? [])]);
    expect(all(bodies).filter(unsaid)).toEqual([]);
    const menus = bodies.flatMap(({ name_localizations: names }) => names?.[locale] ?? []);
    expect(new Set(menus).size).toBe(menus.length);
  });
});

describe.each(others)("sentences in %s", (locale) => {
  const said = Object.entries(catalogueOf(locale)) as (readonly [Sentence, string])[];

  it("name commands and options as people see them there", () => {
    const wrong = said.filter(([sentence, text]) => {
      const wanted = new Set([...typed(english[sentence] ?? "")].map((what) => typedIn(locale, what)));
      return !isDeepStrictEqual(typed(text), wanted);
    });
    expect(wrong).toEqual([]);
  });

  it("name menus as people see them there", () => {
    const wrong = said.filter(([sentence, text]) =>
      MENUS.some((menu) => english[sentence]?.includes(wordsOf("en", menu)) && !text.includes(wordsOf(locale, menu))),
    );
    expect(wrong).toEqual([]);
  });
});
