/** Pictures that members report, and words that an owner does not want. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, stylized, textOf, whispers } from "../studio.ts";

let studio: Studio;
let folder: string;
let list: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-words-"));
  list = path.join(folder, "words.txt");
  await writeFile(list, "Góre\n");
  studio = await openStudio({ WORD_LIST: list });
});

afterAll(async () => {
  await studio.close();
  await rm(folder, { recursive: true });
});

async function lastWhisper(name: "ada" | "grace", act: () => Promise<unknown>): Promise<string> {
  const { discord } = studio;
  const { id } = discord.member(name);
  const before = whispers(discord, id).length;
  await act();
  return discord.waitFor(() => whispers(discord, id)[before], { what: "a word to one person" });
}

it("tells the log channel once of a picture that is reported; only a moderator can delete it there", async () => {
  const { discord, general } = studio;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const call = await grace.slash(general, "stylize", { content: await landscape(), style: await waves() });
  const result = await stylized(studio, call);
  const report = () => grace.messageCommand(result, "Report this picture");
  expect(await lastWhisper("grace", report)).toMatch(/told nobody.*log channel/s);

  const log = discord.channel("gallery").id;
  await studio.running.bot.store.serverSettings.change(discord.guild.id, { logChannelId: log });
  expect(await lastWhisper("grace", report)).toMatch(/I have told the moderators/);
  expect(await lastWhisper("ada", () => ada.messageCommand(result, "Report this picture"))).toMatch(
    /told the moderators/,
  );
  const reports = () => discord.messages(log).filter((message) => textOf(message).includes("was reported"));
  expect(reports()).toHaveLength(1);
  expect(textOf(reports()[0])).toContain(
    `https://discord.com/channels/${discord.guild.id}/${result.channel_id}/${result.id}`,
  );
  expect(reports()[0]!.attachments, "the picture itself is not spread").toEqual([]);

  const stands = () => discord.messages(result.channel_id).some(({ id }) => id === result.id);
  expect(await lastWhisper("grace", () => grace.press(reports()[0]!, "Delete"))).toMatch(/Only members who may manage/);
  expect(stands()).toBe(true);
  expect(await lastWhisper("grace", () => grace.press(reports()[0]!, "Block"))).toMatch(/Manage Server|Moderate/);
  expect(await lastWhisper("ada", () => ada.press(reports()[0]!, "Block"))).toContain(`<@${grace.id}>`);
  expect(await studio.running.bot.store.blocks.isBlocked(discord.guild.id, grace.id)).toBe(true);
  await ada.press(reports()[0]!, "Delete");
  await discord.waitFor(() => !stands(), { what: "the picture to be gone" });
  const said = await discord.waitFor(
    () => discord.messages(log).find((message) => textOf(message).includes(`<@${ada.id}> deleted`)),
    { what: "the log to say so" },
  );
  expect(hasButton(said, "Delete")).toBe(false);
});

it("passes on reports of its own pictures alone", async () => {
  const { discord, general } = studio;
  const ada = discord.member("ada");
  const own = await ada.say(general, "Look at this");
  const words = await lastWhisper("grace", () => discord.member("grace").messageCommand(own, "Report this picture"));
  expect(words).toMatch(/that I have posted.*Report Message/s);
});

it("refuses a prompt with a word of the owner's list, before any work, and a style that is described by it", async () => {
  const { discord, general, running } = studio;
  const ada = discord.member("ada");
  const pair = { content: await landscape("other.png"), style: await waves() };
  const words = await lastWhisper("ada", () => ada.slash(general, "stylize", { ...pair, prompt: "splashes of GORE" }));
  expect(words).toMatch(/the word “Góre”/);
  expect((await running.bot.queue.snapshot(undefined, 10)).jobs).toEqual([]);
  const save = { image: await waves(), name: "mine", description: "gore" };
  expect(await lastWhisper("ada", () => ada.slash(general, "style save", save))).toMatch(/the word “Góre”/);
});

it("leaves the sentences out of descriptions that have one, of those too that were kept before", async () => {
  const { discord, general } = studio;
  const paint = async (style: Awaited<ReturnType<typeof waves>>): Promise<string> => {
    const call = await discord.member("ada").slash(general, "stylize", { content: await landscape(), style });
    return /in words\n((?:> .*\n?)+)/.exec(textOf(await stylized(studio, call)))?.[1] ?? "";
  };
  const told = await paint(await waves());
  const word = told.match(/[a-z]{6,}/g)!.at(-1)!;
  await writeFile(list, `${word}\n`);
  await studio.restart();
  const whole = new RegExp(`\\b${word}\\b`, "i");
  const kept = await paint(await waves());
  expect(told).toMatch(whole);
  expect(kept).not.toMatch(whole);
  expect(kept.length).toBeGreaterThan(20);
  expect(await paint(await waves("wide.jpg", 150, 96))).not.toMatch(whole);
});
