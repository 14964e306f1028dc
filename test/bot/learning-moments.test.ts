/** Learning in the bot at bad moments: stopped in line and at its first look, a disk without room, what a kill left. */
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { useTinyDisk } from "../store/tiny-disk.ts";
import { landscape, waves } from "./pictures.ts";
import { hasButton, openStudio, type Studio, textOf } from "./studio.ts";

const DISK_MIB = 3;
const disk = useTinyDisk(`${DISK_MIB}m`);

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio({ ENGINE: "diffusion" }, { checkpoints: { "tiny-v1": "tiny-v1" } });
});

afterAll(() => studio.close());

/** The card of the style that is being learned. */
const cardOf = (name: string): APIMessage | undefined =>
  studio.discord.messages(studio.general).find((message) => textOf(message).includes(`Learning **${name}**`));

const cardSays = (name: string, words: string): Promise<boolean> =>
  studio.discord.waitFor(() => textOf(cardOf(name)).includes(words), { timeoutMs: 30_000, what: `${name}: ${words}` });

/** All that is said in the style's thread. */
const thread = (name: string): string => {
  const { discord, general } = studio;
  const found = discord.threads(general).find((candidate) => candidate.name === `Learning ${name}`);
  return found ? discord.messages(found.id).map(textOf).join("\n") : "";
};

const folder = (): string => path.join(studio.settings.DATA_DIR!, "learning");

describe("/style learn at a bad moment", () => {
  it("is stopped while it waits in line, and at its first look, with nothing left behind", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "First", image: await waves() });
    await cardSays("First", "I look at the picture");
    await ada.slash(general, "style learn", { name: "Second", image: await landscape() });
    await cardSays("Second", "In line");

    const second = cardOf("Second")!;
    await Promise.all([ada.press(cardOf("First")!, "Cancel"), ada.press(second, "Cancel")]);
    await cardSays("Second", "🛑 Stopped. Nothing was learned by then.");
    await expect.poll(() => thread("Second"), { timeout: 10_000 }).toContain("Stopped");
    expect(thread("Second")).not.toMatch(/Loss|steps/);

    await cardSays("First", "🛑 Stopped. Nothing was learned by then.");
    for (const name of ["First", "Second"]) expect(hasButton(cardOf(name)!, "Cancel")).toBe(false);
    await expect.poll(() => readdir(folder())).toEqual([]);
    expect(await studio.running.bot.store.learnings.unsettled()).toEqual([]);
  }, 60_000);

  it("keeps nothing for a style that was removed meanwhile", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "Brief", image: await waves() });
    await discord.waitFor(() => /step [1-9]\d/.test(thread("Brief")), { timeoutMs: 60_000, what: "ten steps" });
    await ada.slash(general, "style remove", { name: "Brief" });
    await expect.poll(() => studio.running.bot.store.styles.find(discord.guild.id, "Brief")).toBe(null);
    await ada.press(cardOf("Brief")!, "Cancel");
    await cardSays("Brief", "🛑 The style was removed meanwhile, so what I learned is not kept.");
  }, 90_000);

  it("clears away what a killed process left", async () => {
    await writeFile(path.join(folder(), "gone.safetensors.123.part"), "half");
    await mkdir(path.join(folder(), "gone"), { recursive: true });
    await studio.restart();
    await expect.poll(() => readdir(folder())).toEqual([]);
  });

  it.skipIf(disk === null)(
    "waits while the disk is full and goes on by itself (needs mount)",
    async () => {
      await studio.stopBot();
      await rm(folder(), { recursive: true });
      await symlink(disk!, folder());
      const filler = path.join(disk!, "filler");
      await studio.restart();
      await expect(writeFile(filler, new Uint8Array((DISK_MIB << 20) + 1))).rejects.toThrow("ENOSPC");

      const { discord, general } = studio;
      const ada = discord.member("ada");
      await ada.slash(general, "style learn", { name: "Full", image: await waves() });
      await cardSays("Full", "⏳ My disk is full, so I wait");
      await expect.poll(() => thread("Full"), { timeout: 10_000 }).toContain("My disk is full");
      expect(hasButton(cardOf("Full")!, "Cancel")).toBe(true);
      await expect.poll(() => readdir(disk!)).not.toContain("room");

      await rm(filler);
      await cardSays("Full", "I look at the picture");
      await discord.waitFor(() => /step [1-9]\d/.test(thread("Full")), { timeoutMs: 30_000, what: "ten steps" });
      await ada.press(cardOf("Full")!, "Cancel");
      await cardSays("Full", "🛑 Stopped. What I had learned by then is kept: **Full** is painted by it.");
      await expect.poll(() => readdir(disk!)).toEqual([]);
    },
    90_000,
  );
});
