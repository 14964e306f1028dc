/** A bot that is killed in the middle of a *Forget me*, over and over: the next start goes on, until nothing is left. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import Database from "libsql";
import { expect, it } from "vitest";

import { pictureName } from "../../../src/pictures/picture-name.ts";
import { type Launched, launch } from "../launch.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, pressMore, results, settingsFor } from "../studio.ts";
import { traces } from "./traces.ts";

const KILL_AT = pathToFileURL(path.join(import.meta.dirname, "kill-at.mjs")).href;
/** Things written or removed before it is killed, of the first start and of each after it; the last comes to all of them. */
const MOMENTS = ["3", "11", "20", "scrub", "never"] as const;

interface Bot extends Launched {
  readonly killed: () => boolean;
}

async function start(discord: DiscordSandbox, folder: string, killAt: string): Promise<Bot> {
  await discord.waitFor(() => !discord.gateway.online, { what: "the end of the bot before" });
  const settings = settingsFor(discord, folder, { LOG_LEVEL: "warn" });
  const bot = launch({ ...settings, NODE_OPTIONS: `--import=${KILL_AT}`, KILL_AT: killAt });
  return { ...bot, killed: () => bot.child.signalCode === "SIGKILL" };
}

/** What a column of the one row holds, by a connection that is gone at once. */
function ask<T>(folder: string, query: string): T[] {
  const db = new Database(path.join(folder, "atelier.db"), { readonly: true });
  try {
    return db
      .prepare(query)
      .raw()
      .all()
      .map((row) => (row as T[])[0]!);
  } finally {
    db.close();
  }
}

it("a bot killed at counted moments of a Forget me finishes it, and nothing is left in any file", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-forgetting-"));
  const discord = await startSandbox({ port: 0 });
  const general = discord.channel("general").id;
  const [ada, grace] = [discord.member("ada"), discord.member("grace")];
  let bot = await start(discord, folder, MOMENTS[0]);
  try {
    await discord.botReady();
    const hers = { content: await landscape("adas-garden.png"), style: await waves("adas-waves.jpg") };
    const paint = async (member: typeof ada, pictures: typeof hers, prompt: string) => {
      const call = await member.slash(general, "stylize", { ...pictures, prompt });
      return discord.waitFor(() => call.response && results(discord, call.response.id)[0], { what: "a result" });
    };
    const result = await paint(ada, hers, "a heron by the pond");
    await ada.react(result, "🥇");
    await pressMore(discord, ada, result, "Style image only");
    await discord.waitFor(() => results(discord, result.channel_id)[1], { what: "the second" });
    const style = await waves("adas-little-waves.png", 64, 64);
    await ada.slash(general, "style save", { image: style, name: "the blue of the pond" });
    await paint(
      grace,
      { content: await landscape("graces.png", 80, 60), style: await waves("graces.jpg", 80, 80) },
      "x",
    );
    await expect.poll(() => ask(folder, "select count(*) from styles")).toEqual([1]);

    const hashes = ask<string>(
      folder,
      `select sha256 from pictures where not exists (select 1 from jobs where user_id = '${grace.id}'
        and sha256 in (content_sha256, style_sha256, result_sha256))`,
    );
    expect(hashes).toHaveLength(5);
    const files = await Promise.all(
      hashes.map((sha256) => readFile(path.join(folder, "pictures", pictureName(sha256)))),
    );
    const sent = [...Object.values(hers), style].map(({ bytes }) => Buffer.from(bytes));
    // Of bytes that are stored, or were sent, any part of them.
    const parts = [...files, ...sent].map((bytes) => bytes.subarray(bytes.length / 2, bytes.length / 2 + 24));
    const words = [ada.id, "a heron by", "adas-garden", "adas-waves", "adas-little-waves", "blue of the pond"];
    const needles: (string | Buffer)[] = [...words, ...hashes, ...parts];
    const found = async (needle: string | Buffer) => [needle.toString("latin1"), await traces(folder, needle)] as const;
    for (const needle of [ada.id, ...hashes, ...parts.slice(0, 5)]) expect((await found(needle))[1]).not.toEqual([]);

    const call = await ada.slash(general, "privacy");
    const panel = await discord.waitFor(() => call.response && hasButton(call.response, "My data") && call.response);
    await ada.press(panel, "Forget me everywhere");
    const asked = await discord.waitFor(() =>
      discord.ephemerals(ada.id).find((one) => hasButton(one, "Yes, forget me")),
    );
    await ada.press(asked, "Yes, forget me");
    await bot.ended;
    expect(bot.killed()).toBe(true);

    const isDone = (): boolean => ask(folder, "select done_at from erasures where done_at is not null").length === 1;
    for (const moment of MOMENTS.slice(1)) {
      expect(isDone()).toBe(false);
      bot = await start(discord, folder, moment);
      const isOver = (): boolean => (moment === "never" ? isDone() : bot.child.signalCode !== null);
      await discord.waitFor(isOver, { what: `the end of a bot that is killed at ${moment}` });
      expect(bot.killed()).toBe(moment !== "never");
    }
    await discord.waitFor(() => results(discord, result.channel_id).length === 0, { what: "her messages to be gone" });
    bot.child.kill("SIGTERM");
    await bot.ended;
    for (const needle of needles) expect(await found(needle)).toEqual([needle.toString("latin1"), []]);
    expect(await traces(folder, grace.id)).not.toEqual([]);
    expect(ask(folder, "select count(*) from discards")).toEqual([0]);
  } finally {
    bot.child.kill("SIGKILL");
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 900_000);
