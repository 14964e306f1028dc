import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import sharp from "sharp";
import { OWNER } from "../../../src/pictures/picture-name.ts";
import { sql } from "../../../src/store/kysely.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type DiscordSandbox, startSandbox } from "@atelier/sandbox";
import { type Launched, launch } from "../launch.ts";
import { landscape, type Picture, waves } from "../pictures.ts";
import { openStudio, results, settingsFor, type Studio, textOf, whispers } from "../studio.ts";

/** Files under a folder, by extension. */
function filesIn(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Beside whose they are. */
const picturesIn = ({ settings }: Studio): string[] =>
  filesIn(path.join(settings.DATA_DIR!, "pictures")).filter((name) => name !== OWNER);

describe("more commands than a member may have jobs", () => {
  let studio: Studio;

  beforeAll(async () => {
    studio = await openStudio({ JOBS_PER_USER: "1" });
  });

  afterAll(() => studio.close());

  const kept = (): string[] => picturesIn(studio);

  it("are refused before anything is fetched, and leave nothing behind", async () => {
    const { discord, general } = studio;
    const linus = discord.member("linus");
    const style = await waves();
    const calls = await Promise.all(
      Array.from({ length: 12 }, async (_, n) =>
        linus.slash(general, "stylize", { content: await landscape(`house-${n}.png`, 128 + n, 96), style }),
      ),
    );
    const refusals = await discord.waitFor(
      () => whispers(discord, linus.id).length === calls.length - 1 && whispers(discord, linus.id),
      { what: "a word about each command but one" },
    );
    for (const words of refusals) expect(words).toContain("You already have a picture in the queue");
    const painted = (): unknown => calls.find(({ response }) => response && results(discord, response.id)[0]);
    await discord.waitFor(painted, { what: "the one picture" });
    expect(kept()).toHaveLength(3);
    expect(filesIn(path.join(studio.settings.DATA_DIR!, "incoming"))).toEqual([]);
  });

  it("hold for what is no job, too: nothing of what was refused is kept", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    const before = kept().length;
    const image = await landscape("style.png", 140, 90);
    await ada.slash(general, "style save", { image, name: "Taken" });
    await expect.poll(() => kept().length).toBe(before + 1);
    const said = whispers(discord, ada.id).length;
    const other = await landscape("other.png", 150, 90);
    await ada.slash(general, "style save", { image: other, name: "taken" });
    await ada.slash(general, "stylize", { content: other, style: { name: "no.png", bytes: Buffer.from("no") } });
    await ada.slash(general, "style import", { file: { name: "no.bin", bytes: Buffer.from("no") }, image: other });
    await discord.waitFor(() => whispers(discord, ada.id).length === said + 3, { what: "three refusals" });
    expect(kept()).toHaveLength(before + 1);
    // The good one of the pair waits for *Try again*, and is in no store.
    await expect.poll(() => filesIn(path.join(studio.settings.DATA_DIR!, "incoming"))).toEqual(["kept.png"]);
  });
});

describe("a bot that was killed while it took pictures in", () => {
  it("clears away at its next start what no command came to use", async () => {
    const studio = await openStudio();
    try {
      const data = studio.settings.DATA_DIR!;
      const { store } = studio.running.bot;
      const leave = async (name: string): Promise<string> => {
        const { bytes } = await landscape(name, 64 + name.length, 64);
        const { sha256 } = await store.files.put(bytes);
        await store.pictures.remember({ sha256, width: 64, height: 64 });
        mkdirSync(path.join(data, "incoming", name), { recursive: true });
        writeFileSync(path.join(data, "incoming", name, "kept.png"), bytes);
        return path.basename(await store.files.local(sha256));
      };
      const [unused, described] = [await leave("unused"), await leave("described")];
      mkdirSync(path.join(data, "incoming", "half"));
      writeFileSync(path.join(data, "incoming", "half", "upload"), "half of a picture");
      const key = { styleSha256: path.parse(described).name, describer: "palette", promptHash: "1" };
      await store.captions.save(key, "waves");
      const refuse = sql`create trigger refuse before delete on pictures begin select raise(abort, 'no'); end`;
      await refuse.execute(store.db);
      await studio.restart();
      const left = readdirSync(path.join(data, "incoming")).toSorted();
      expect(left, "what cannot be cleared away does not keep it from starting").toEqual(["described", "unused"]);
      await sql`drop trigger refuse`.execute(studio.running.bot.store.db);
      await studio.restart();
      expect(readdirSync(path.join(data, "incoming"))).toEqual([]);
      expect(picturesIn(studio)).toEqual([described]);
      expect(unused).not.toBe(described);
    } finally {
      await studio.close();
    }
  });
});

describe("a member who sends pictures without end", () => {
  let discord: DiscordSandbox;
  let folder: string;
  let bot: Launched;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-flood-"));
    discord = await startSandbox({ port: 0 });
    bot = launch(settingsFor(discord, folder, { JOBS_PER_USER: "20" }));
    await discord.botReady();
  });

  afterAll(async () => {
    bot.child.kill("SIGTERM");
    await bot.ended;
    await discord.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("keeps neither others waiting nor their pictures in the bot's memory", async () => {
    const general = discord.channel("general").id;
    const heavy = await heavyPicture();
    const linus = discord.member("linus");
    const flood = await Promise.all(
      Array.from({ length: 6 }, () => linus.slash(general, "stylize", { content: heavy, style: heavy })),
    );
    const ada = discord.member("ada");
    const call = await ada.slash(general, "stylize", { content: await landscape(), style: await waves() });
    await call.acknowledged;
    await discord.waitFor(() => textOf(call.response) !== "", { what: "Ada's card" });
    const shown = (): boolean => flood.every(({ response }) => textOf(response) !== "");
    await discord.waitFor(shown, { what: "all cards" });
    expect(flood.map(({ response }) => textOf(response))).not.toContain("");
    if (process.platform === "linux") expect(peakMegabytes(bot)).toBeLessThan(MOST_MEGABYTES);
  });
});

/** What the bot's process may ever hold; with pictures in it, it was 700. */
const MOST_MEGABYTES = 400;

/** Of the bot's own process: `launch` has a shell replaced by it. */
function peakMegabytes({ child }: Launched): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}

/** Large to carry, quick to open: one colour, and 9 MB that no decoder looks at. */
async function heavyPicture(): Promise<Picture> {
  const flat = sharp({ create: { width: 2500, height: 2500, channels: 3, background: "#a05028" } });
  return { name: "heavy.jpg", bytes: Buffer.concat([await flat.jpeg().toBuffer(), Buffer.alloc(9 << 20)]) };
}
