/** Learning in the bot at bad moments: stopped in line and at its first look, a disk without room, what a kill left. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import type { APIMessage, TextChannel } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createPayload, editPayload, type View } from "../../../src/discord/messages/view.ts";
import { noticeView } from "../../../src/discord/messages/components.ts";
import { diskFiller, useTinyDisk } from "../../store/tiny-disk.ts";
import { landscape, waves } from "../pictures.ts";
import { hasButton, openStudio, type Studio, textOf } from "../studio.ts";

const disk = useTinyDisk("3m");

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio(
    { ENGINE: "diffusion", RESULT_SIZE: "128" },
    { checkpoints: { "tiny-v1": "tiny-v1" }, pauses: { firstMs: 20, longestMs: 100 } },
  );
});

afterAll(() => studio.close());

/** The card of the style that is being learned. */
const cardOf = (name: string): APIMessage | undefined =>
  studio.discord.messages(studio.general).find((message) => textOf(message).includes(`Learning **${name}**`));

const cardSays = (name: string, words: string): Promise<boolean> =>
  studio.discord.waitFor(() => textOf(cardOf(name)).includes(words), { what: `${name}: ${words}` });

/** All that is said in the style's thread. */
const thread = (name: string): string => {
  const { discord, general } = studio;
  const found = discord.threads(general).find((candidate) => candidate.name === `Learning ${name}`);
  return found ? discord.messages(found.id).map(textOf).join("\n") : "";
};

const folder = (): string => path.join(studio.settings.DATA_DIR!, "learning");

/** What is kept of learnings; the folder is made when the first one begins. */
const left = (): Promise<string[]> => readdir(folder()).catch(() => []);

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
    await expect.poll(() => thread("Second")).toContain("Stopped");
    expect(thread("Second")).not.toMatch(/Loss|steps/);

    await cardSays("First", "🛑 Stopped. Nothing was learned by then.");
    for (const name of ["First", "Second"]) expect(hasButton(cardOf(name)!, "Cancel")).toBe(false);
    await expect.poll(left).toEqual([]);
    expect(await studio.running.bot.store.learnings.unsettled()).toEqual([]);
  });

  it("is begun once, when two ask at the same moment and when what is left is taken up meanwhile", async () => {
    const { discord, general } = studio;
    const { client, learning, store } = studio.running.bot;
    const ada = discord.member("ada");
    const saved = await ada.slash(general, "style save", { name: "Twice", image: await waves() });
    await discord.waitFor(() => textOf(saved.response).includes("Twice"), { what: "the style" });
    const style = (await store.styles.find(discord.guild.id, "Twice"))!;
    const channel = (await client.channels.fetch(general)) as TextChannel;
    const answer = async (): Promise<Parameters<typeof learning.ask>[0]> => {
      const card = await channel.send(await createPayload(noticeView("…"), randomUUID().slice(0, 25)));
      const show = async (view: View): Promise<void> => void (await card.edit(await editPayload(view)));
      return { channelId: general, ruledBy: general, isOutside: false, messageId: card.id, show };
    };
    const answers = [await answer(), await answer()];
    const outcomes = await Promise.allSettled(answers.map((one) => learning.ask(one, style, ada.id)));
    expect(outcomes).toMatchObject([{ status: "fulfilled" }, { reason: { identifier: "learning-already" } }]);
    await learning.resume();
    const begun = await store.learnings.unsettled();
    expect(begun).toHaveLength(1);
    expect(await learning.stop(begun[0]!.id)).toBe(true);
    await cardSays("Twice", "🛑 Stopped");
    // The next in line is no second one of it.
    await ada.slash(general, "style learn", { name: "Next", image: await landscape() });
    await cardSays("Next", "I look at the picture");
    await ada.press(cardOf("Next")!, "Cancel");
    await cardSays("Next", "🛑 Stopped");
    expect(textOf(cardOf("Twice"))).toContain("🛑 Stopped");
  });

  it("keeps nothing for a style that was removed meanwhile", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "Brief", image: await waves() });
    await discord.waitFor(() => /step [1-9]\d/.test(thread("Brief")), { what: "ten steps" });
    await ada.slash(general, "style remove", { name: "Brief" });
    await expect.poll(() => studio.running.bot.store.styles.find(discord.guild.id, "Brief")).toBe(null);
    await ada.press(cardOf("Brief")!, "Cancel");
    await cardSays("Brief", "🛑 The style was removed meanwhile, so what I learned is not kept.");
  });

  it("keeps a style of the gallery in the library to learn it, which the gallery's gives way to until it is removed", async () => {
    const { discord, general, running } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "linocut" });
    await cardSays("linocut", "I look at the picture");
    await ada.press(cardOf("linocut")!, "Cancel");
    await cardSays("linocut", "🛑 Stopped");
    const { styles } = running.bot.store;
    expect(await styles.find(discord.guild.id, "linocut")).toMatchObject({ ownerId: ada.id, name: "linocut" });
    await ada.slash(general, "style remove", { name: "linocut" });
    await expect.poll(() => styles.find(discord.guild.id, "linocut")).toBe(null);
    const [choice] = await ada.autocomplete(general, "paint", "with", "linocut");
    expect(choice!.name).toBe("linocut (gallery)");
  });

  it("is told how it ended after a restart, where Discord took nothing before; what a killed process left goes", async () => {
    const { discord, general } = studio;
    const ada = discord.member("ada");
    await ada.slash(general, "style learn", { name: "Untold", image: await waves() });
    await cardSays("Untold", "I look at the picture");
    const when = ({ body }: { readonly body: unknown }): boolean => JSON.stringify(body ?? "").includes("Stopped");
    const undos = ["PATCH /channels/:id/messages/:id", "PATCH /webhooks/:id/:token/messages/:id"].map((route) =>
      discord.faults.add({ route, status: 502, when }),
    );
    await ada.press(cardOf("Untold")!, "Cancel");
    const untold = () => studio.running.bot.store.learnings.untold();
    await expect.poll(untold).toMatchObject([[{ name: "Untold" }, { how: "stopped" }]]);
    await writeFile(path.join(folder(), "gone.safetensors.123.part"), "half");
    await mkdir(path.join(folder(), "gone"), { recursive: true });
    await studio.restart();
    expect(textOf(cardOf("Untold"))).not.toContain("Stopped");
    for (const undo of undos) undo();
    await cardSays("Untold", "🛑 Stopped");
    await expect.poll(() => thread("Untold")).toContain("🛑 Stopped");
    await expect.poll(untold).toEqual([]);
    await expect.poll(left).toEqual([]);
  });

  it.skipIf(disk === null)(
    "waits while the disk is full and goes on by itself (needs mount)",
    async () => {
      await studio.stopBot();
      await rm(folder(), { recursive: true });
      await symlink(disk!, folder());
      const { fill, makeRoom } = diskFiller(disk);
      await studio.restart();
      fill();

      const { discord, general } = studio;
      const ada = discord.member("ada");
      await ada.slash(general, "style learn", { name: "Full", image: await waves() });
      await cardSays("Full", "⏳ My disk is full, so I wait");
      await expect.poll(() => thread("Full")).toContain("My disk is full");
      expect(hasButton(cardOf("Full")!, "Cancel")).toBe(true);
      await expect.poll(() => readdir(disk!)).not.toContain("room");

      makeRoom();
      await cardSays("Full", "I look at the picture");
      await discord.waitFor(() => /step [1-9]\d/.test(thread("Full")), { what: "ten steps" });
      await ada.press(cardOf("Full")!, "Cancel");
      await cardSays("Full", "🛑 Stopped. What I had learned by then is kept: **Full** is painted by it.");
      await expect.poll(() => readdir(disk!)).toEqual([]);
    },
    90_000,
  );
});
