import type { APIMessage } from "discord.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { sql } from "../../../src/store/kysely.ts";
import { draw, landscape, waves } from "../pictures.ts";
import {
  deleteForGood,
  hasButton,
  openStudio,
  pressMore,
  results,
  type Studio,
  stylized,
  textOf,
  whispers,
} from "../studio.ts";
import { traces } from "./traces.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await openStudio();
});

afterAll(() => studio.close());

let colour = 0;
/** A pair that nobody has used before. */
async function paint(style = waves()): Promise<APIMessage> {
  colour += 1;
  const bytes = await draw(96, 96, `<rect width="120" height="90" fill="#${colour}4${colour}a9e"/>`).png().toBuffer();
  const ada = studio.discord.member("ada");
  return stylized(
    studio,
    await ada.slash(studio.general, "stylize", { content: { name: "plain.png", bytes }, style: await style }),
  );
}

const jobOf = async ({ id }: APIMessage) => {
  const { store } = studio.running.bot;
  return (await store.jobs.get((await store.surfaces.byResultMessage(id))!.jobId))!;
};

const found = async (needle: string): Promise<string[]> => {
  await sql`pragma wal_checkpoint(truncate)`.execute(studio.running.bot.store.db);
  return traces(studio.settings.DATA_DIR!, needle);
};

const isGone = async (jobId: string): Promise<boolean> => (await studio.running.bot.store.jobs.get(jobId)) === null;

describe("Delete", () => {
  it("asks once, and leaves neither message nor file nor row", async () => {
    const result = await paint();
    const job = await jobOf(result);
    const { content, style } = job.request;
    const hashes = [content.sha256, style.sha256, job.result!.picture.sha256];
    for (const sha256 of hashes) expect((await found(sha256)).length).toBeGreaterThan(1);
    const ada = studio.discord.member("ada");
    await deleteForGood(studio, ada, result);
    await expect.poll(() => whispers(studio.discord, ada.id).at(-1)).toBe("🗑️ Deleted.");
    expect(results(studio.discord, result.channel_id)).toEqual([]);
    for (const needle of [...hashes, job.id]) expect(await found(needle)).toEqual([]);
  });

  it("keeps what others need, and says so", async () => {
    const { discord, general, running } = studio;
    const [ada, grace] = [discord.member("ada"), discord.member("grace")];
    const first = await paint();
    const { request, result, id } = await jobOf(first);
    await pressMore(discord, grace, first, "Description only");
    const second = await discord.waitFor(() => results(discord, first.channel_id)[1], { what: "Grace's" });
    await (
      await grace.slash(general, "style save", { image: await waves(), name: "waves" })
    ).acknowledged;
    await expect.poll(() => running.bot.store.styles.count(discord.guild.id)).toBe(1);
    const before = discord.ephemerals(ada.id).length;
    await pressMore(discord, ada, first, "Delete");
    const asks = () =>
      discord
        .ephemerals(ada.id)
        .slice(before)
        .find((one) => hasButton(one, "Delete for good"));
    const asked = await discord.waitFor(asks, { what: "the question" });
    expect(textOf(asked)).toContain("one other result and one saved style use the same pictures");
    expect(results(discord, first.channel_id)).toHaveLength(2);
    await ada.press(asked, "Delete for good");
    await expect.poll(() => isGone(id)).toBe(true);
    await expect.poll(() => found(result!.picture.sha256)).toEqual([]);
    const { files } = running.bot.store;
    for (const { sha256 } of [request.content, request.style]) expect(await files.has(sha256)).toBe(true);
    await deleteForGood(studio, grace, second);
    await expect.poll(() => found(request.content.sha256)).toEqual([]);
    expect(await files.has(request.style.sha256)).toBe(true);
  });

  it("leaves what is being judged alone", async () => {
    const { discord, general, running } = studio;
    const [ada, mo] = [discord.member("ada"), discord.member("mo")];
    const call = await ada.slash(general, "compare", { content: await landscape(), style: await waves() });
    await call.acknowledged;
    const sheet = await discord.waitFor(() => discord.messages(general).find((one) => textOf(one) === "### A"));
    const judged = () => running.bot.store.votes.judged(sheet.id);
    await expect.poll(judged).not.toBeNull();
    const { jobId } = (await judged())!.candidate;
    await mo.deleteMessage(sheet);
    await running.bot.votes.recorded();
    await running.bot.erasing.idle();
    expect(await isGone(jobId)).toBe(false);
  });
});

describe("what is deleted on Discord", () => {
  it("is erased: a message, a purge's, a thread's", async () => {
    const { discord, running } = studio;
    const mo = discord.member("mo");
    const [one, two] = [await paint(), await paint()];
    const jobs = [await jobOf(one), await jobOf(two)];
    await mo.deleteMessage(one);
    await expect.poll(() => isGone(jobs[0]!.id)).toBe(true);
    await mo.deleteThread(two.channel_id);
    await expect.poll(() => isGone(jobs[1]!.id)).toBe(true);
    await running.bot.erasing.idle();
    for (const { request, result } of jobs)
      for (const { sha256 } of [request.content, result!.picture]) expect(await found(sha256)).toEqual([]);
  });

  it("is erased when it was deleted while the bot was away, and nothing else", async () => {
    const { discord } = studio;
    const mo = discord.member("mo");
    const [one, two, kept] = [await paint(), await paint(), await paint()];
    const jobs = [await jobOf(one), await jobOf(two), await jobOf(kept)];
    await studio.stopBot();
    await mo.deleteMessage(one);
    await mo.deleteThread(two.channel_id);
    await studio.restart();
    for (const { id } of jobs.slice(0, 2)) await expect.poll(() => isGone(id)).toBe(true);
    expect(await isGone(jobs[2]!.id)).toBe(false);
    expect(await found(jobs[0]!.result!.picture.sha256)).toEqual([]);
  });
});
