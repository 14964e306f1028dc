import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { hasButton, openStudio, pressMore, results, type Studio, stylized, textOf, whispers } from "../studio.ts";
import { landscape, waves } from "../pictures.ts";
import { traces } from "./traces.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

const atelier = async (...args: string[]): Promise<string> => {
  const env = { ...process.env, ...studio.settings };
  const cli = path.resolve("bin/atelier.mjs");
  return (await promisify(execFile)(process.execPath, [cli, ...args], { env })).stdout;
};

it("people are told first; then what is old goes, and its buttons say how to go on", async () => {
  const { discord, general, settings } = studio;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  const inputs = { content: await landscape(), style: await waves() };
  const old = await stylized(studio, await ada.slash(general, "stylize", inputs));
  await pressMore(discord, grace, old, "Style image only");
  await discord.waitFor(() => results(discord, old.channel_id)[1], { what: "Grace's" });
  const { store } = studio.running.bot;
  const { jobId } = (await store.surfaces.byResultMessage(old.id))!;
  const picture = (await store.jobs.get(jobId))!.result!.picture.sha256;
  await store.db.updateTable("jobs").set({ settled_at: 1 }).where("id", "=", jobId).execute();
  // As after an update: nobody was told yet.
  for (const id of ["installation", discord.guild.id]) await store.settings.remove(id, "retention-told-at");
  await store.serverSettings.change(discord.guild.id, { logChannelId: general });
  await studio.restart();
  const told = () => discord.messages(general).find((message) => textOf(message).includes("I erase pictures and jobs"));
  await discord.waitFor(told, { what: "word to the managers" });
  const { bot } = studio.running;
  await bot.erasing.sweeper.run();
  expect(await bot.store.jobs.get(jobId)).not.toBeNull();
  await expect.poll(() => bot.store.retention.toldAt(discord.guild.id)).not.toBeNull();
  await bot.erasing.sweeper.run(Date.now() + 15 * 86_400_000);
  expect(await bot.store.jobs.get(jobId)).toBeNull();
  expect(await traces(path.join(settings.DATA_DIR!, "pictures"), picture)).toEqual([]);
  expect(results(discord, old.channel_id)).toHaveLength(2);
  const said = whispers(discord, ada.id).length;
  await ada.press(old, "More…");
  const words = await discord.waitFor(() => whispers(discord, ada.id)[said], { what: "what became of it" });
  expect(words).toContain("kept as long as I keep pictures here. Please send it again with `/stylize`");

  const call = await grace.slash(general, "privacy");
  const panel = await discord.waitFor(() => call.response && hasButton(call.response, "My data") && call.response);
  expect(textOf(panel)).toContain("erased after 30 days");
});

it("a server that was left while nobody listened is noted", async () => {
  const { store } = studio.running.bot;
  const elsewhere = "900000000000000000";
  await store.db.updateTable("styles").set({ guild_id: elsewhere }).execute();
  await store.db.updateTable("jobs").set({ guild_id: elsewhere }).execute();
  await studio.restart();
  await expect.poll(() => studio.running.bot.store.retention.leftAt(elsewhere)).not.toBeNull();
});

it("the owner sees what is kept, forgets members and sweeps in the terminal, while the bot runs", async () => {
  const grace = studio.discord.member("grace").id;
  expect(await atelier("data", "show")).toMatch(/files +\d+ .*jobs +1, the oldest of .*kept for +30 days/s);
  expect(await atelier("data", "forget", grace)).toContain("Forgotten");
  expect(await atelier("data", "show")).toMatch(/jobs +0\n.*forgotten +1\n/s);
  expect(await atelier("data", "sweep", "--now")).toContain("Erased: 0 jobs");
  await studio.stopBot();
  expect(await traces(studio.settings.DATA_DIR!, grace)).toEqual([]);
});
