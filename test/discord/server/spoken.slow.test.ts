/** What everybody in a server reads is in the server's language, also in timers, after a restart and in its log channel. */
import { afterAll, beforeAll, expect, it } from "vitest";

import { landscape, waves } from "../pictures.ts";
import { openStudio, type Studio, textOf, whispers } from "../studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
  const { store } = studio.running.bot;
  await store.serverSettings.change(studio.discord.guild.id, { language: "de" });
});

afterAll(() => studio.close());

/** What is said where everybody reads it, by a sentence's joints: Germans put no comma before "und". */
const said = (place: string, what: RegExp): Promise<string> =>
  studio.discord.waitFor(
    () =>
      studio.discord
        .messages(place)
        .map(textOf)
        .find((text) => what.test(text)),
    {
      what: `a message like ${what.source}`,
    },
  );

it("judges a pair blind and reveals it", async () => {
  const { discord, general } = studio;
  const inputs = { content: await landscape(), style: await waves() };
  await (
    await discord.member("grace").slash(general, "compare", inputs)
  ).acknowledged;
  expect(await said(general, /\*\*A\*\*, \*\*B\*\* und \*\*C\*\*/)).toContain("🥇");

  const { store } = studio.running.bot;
  const open = async () => (await store.comparisons.unfinished()).find(({ state }) => state === "open");
  await expect.poll(open).toBeDefined();
  await store.db.updateTable("comparisons").set({ closes_at: Date.now() }).where("state", "=", "open").execute();
  await studio.restart();
  expect(await said(general, /A .*, B .* und C /)).not.toContain("🥇");
});

it("shows scores", async () => {
  const { discord, general } = studio;
  await discord.member("grace").slash(general, "scores show");
  expect(await said(general, /📊/)).toMatch(/\d,\d{3}/);
});

it("tells the log of a refusal that the member hears in their own language", async () => {
  const { discord, general } = studio;
  const grace = discord.member("grace");
  const log = discord.channel("gallery").id;
  const { serverSettings } = studio.running.bot.store;
  const elsewhere = [log, "1000000000000000001"];
  await serverSettings.change(discord.guild.id, { logChannelId: log, channelRule: "only", channels: elsewhere });
  const before = whispers(discord, grace.id).length;
  await grace.slash(general, "stylize", { content: await landscape(), style: await waves() });
  const told = await discord.waitFor(() => whispers(discord, grace.id)[before], { what: "a refusal" });
  expect(told).toContain(`Try ${elsewhere.map((id) => `<#${id}>`).join(" or ")}.`);
  expect(await said(log, /🚫/)).toContain(elsewhere.map((id) => `<#${id}>`).join(" oder "));
});
