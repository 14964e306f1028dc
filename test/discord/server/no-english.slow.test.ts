/** Nothing of a conversation is in English where nobody speaks it: neither what everybody reads, nor what one person does. */
import type { InteractionCall } from "@atelier/sandbox";
import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, expect, it } from "vitest";

import { DISCORD_LOCALES, LOCALES } from "../../../src/words/locale.ts";
import { catalogueOf, type Sentence } from "../../../src/words/say.ts";
import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

/** Four words that follow each other in an English sentence, whatever stands in its braces. */
const PHRASE = /(?<![\w’'])(?:[A-Za-z’']+,? ){3,}[A-Za-z’']+/g;

const phrasesOf = (text: string): readonly string[] =>
  text.split(/[{}]/).flatMap((part) => [...part.matchAll(PHRASE)].map(([phrase]) => phrase));

const english = Object.entries(catalogueOf("en")) as readonly (readonly [Sentence, string])[];

/** The id of a button, or a menu, of a family. */
const pressable = (message: APIMessage, family: string): string | undefined =>
  new RegExp(`"custom_id":"(${family}:[^"]*)"`).exec(JSON.stringify(message.components))?.[1];

const SECTIONS = ["limits", "content", "retention", "votes", "log", "language"];

it.each(LOCALES.filter((locale) => locale !== "en"))("%s is all that is read by those who speak it", async (locale) => {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  ada.locale = DISCORD_LOCALES[locale][0];
  discord.setPreferredLocale(DISCORD_LOCALES[locale][0]);
  const shown: string[] = [];
  const kept = (what: unknown): void => void shown.push(JSON.stringify(what));

  /** The answer, once there is something in it; a refusal comes as a message of its own, to one person alone. */
  const answered = async (calling: () => Promise<InteractionCall>): Promise<APIMessage> => {
    const before = discord.ephemerals(ada.id).length;
    const call = await calling();
    const isSaid = ({ content, components }: APIMessage): boolean => content !== "" || !!components?.length;
    const saidBy = () => [call.response, ...discord.ephemerals(ada.id).slice(before)];
    const answer = await discord.waitFor(() => saidBy().find((one) => one && isSaid(one)), { what: "an answer" });
    kept(answer);
    return answer;
  };
  const modal = async (calling: Promise<InteractionCall>): Promise<void> => {
    const call = await calling;
    kept((await discord.waitFor(() => call.modal, { what: "a form" })).json);
  };

  const pair = { content: await landscape(), style: await waves() };
  const card = await answered(() => ada.slash(general, "stylize", pair));
  const result = await discord.waitFor(
    () => discord.messages(card.id).find((message) => pressable(message, "more") !== undefined),
    { what: "a result" },
  );
  const panel = await answered(() => ada.press(result, pressable(result, "more")!));
  await answered(() => ada.press(panel, pressable(panel, "ballot")!));
  await modal(ada.press(panel, pressable(panel, "edit-prompt")!));
  await modal(ada.press(result, pressable(result, "tweak")!));
  const refused = await answered(() => ada.slash(general, "stylize", { ...pair, lora: "unheard-of" }));
  await modal(ada.press(refused, pressable(refused, "paint-again")!));
  for (const command of ["about", "history", "queue", "styles", "scores show", "style list", "block"])
    await answered(() => ada.slash(general, command));
  await answered(() => ada.slash(general, "paint", { content: pair.content, with: "ink", and: "ink", weights: "2:1" }));
  const settings = await answered(() => ada.slash(general, "settings"));
  for (const section of SECTIONS) {
    await ada.press(settings, "settings:section", [section]);
    const isShown = () => discord.ephemerals(ada.id).find((one) => one.id === settings.id && drawn(one, section));
    kept(await discord.waitFor(isShown, { what: section }));
  }
  for (const place of [general, card.id]) discord.messages(place).forEach(kept);

  const all = shown.join("\n");
  const heard = english.flatMap(([name, text]) => {
    const own = catalogueOf(locale)[name] ?? "";
    return phrasesOf(text)
      .filter((phrase) => !own.includes(phrase) && all.includes(phrase))
      .map((phrase) => `${name}: ${phrase}`);
  });
  expect(heard).toEqual([]);
});

const drawn = (message: APIMessage, section: string): boolean =>
  JSON.stringify(message.components).includes(`"settings:${section}:`);
