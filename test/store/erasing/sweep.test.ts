/** What is swept and what stays, in any database. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { WHOLE } from "../../../src/shard.ts";
import { messagesOf } from "../../../src/store/erasing/erase-member.ts";
import { knownServers } from "../../../src/store/erasing/erase-server.ts";
import { Eraser } from "../../../src/store/erasing/eraser.ts";
import type { Store } from "../../../src/store/store.ts";
import { LEFT_MS, NOTICE_MS, sweep, type Swept } from "../../../src/store/erasing/retention-sweep.ts";
import { queuedJob } from "../../jobs/requests.ts";
import { ADA, doneJob, picture } from "../done-job.ts";
import { openTestStore } from "../open-test-store.ts";

const DAY = 86_400_000;
const NOW = Date.now();

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-sweep-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const swept = (changes: { readonly now?: number; readonly maxBytes?: number } = {}): Promise<Swept> =>
  sweep({
    store,
    eraser: new Eraser({ store, dataDir: folder }),
    dataDir: folder,
    shard: WHOLE,
    days: 30,
    maxBytes: null,
    now: NOW,
    breathe: () => Promise.resolve(),
    ...changes,
  });

const old = { settledAt: NOW - 31 * DAY };
const isThere = async ({ job }: Awaited<ReturnType<typeof doneJob>>): Promise<boolean> =>
  (await store.jobs.get(job.id)) !== null;

it("nothing old goes before the owner and the managers were told two weeks ahead", async () => {
  const [one, two] = [await doneJob(store, ADA, "1", old), await doneJob(store, ADA, "2", old)];
  await store.serverSettings.change("2", { logChannelId: "c" });
  await swept();
  expect([await isThere(one), await isThere(two)]).toEqual([true, true]);
  await store.retention.noteTold(null, NOW - NOTICE_MS + 1);
  await swept();
  expect(await isThere(one)).toBe(true);
  await store.retention.noteTold(null, NOW - NOTICE_MS);
  await swept();
  expect([await isThere(one), await isThere(two)]).toEqual([false, true]);
  await store.retention.noteTold("2", NOW - NOTICE_MS);
  await swept();
  expect(await isThere(two)).toBe(false);
});

it("a server's own days count where they are fewer; styles, comparisons and what runs stay; votes count on", async () => {
  await store.retention.noteTold(null, 0);
  await store.serverSettings.change("1", { retentionDays: 3 });
  await store.serverSettings.change("2", { retentionDays: 300 });
  const four = { settledAt: NOW - 4 * DAY };
  const gone = await doneJob(store, ADA, "1", four);
  const style = await picture(store);
  const [kept, long, compared] = [
    await doneJob(store, ADA, "2", four),
    await doneJob(store, ADA, "2", { ...old, style }),
    await doneJob(store, ADA, "3", old),
  ];
  const saved = { id: "s", guildId: "2", name: "Blue", ownerId: ADA, picture: style, description: null } as const;
  await store.styles.insert({ ...saved, tokenSha256: null, createdAt: 1 });
  await store.comparisons.insert({
    id: "c",
    state: "open",
    guildId: "3",
    channelId: "c",
    userId: ADA,
    contentSha256: compared.hashes[0]!,
    styleSha256: compared.hashes[1]!,
    hours: 1,
    cardMessageId: "m",
    sheetMessageId: null,
    createdAt: 1,
    closesAt: null,
    cardSays: null,
    judges: "variants",
    jobs: [{ letter: "A", jobId: compared.job.id }],
  });
  expect(await swept()).toMatchObject({ jobs: 2, servers: 0 });
  expect(await Promise.all([gone, kept, long, compared].map(isThere))).toEqual([false, true, false, true]);
  expect(await store.files.has(style.sha256)).toBe(true);
  expect(await store.files.has(long.hashes[0]!)).toBe(false);
  expect((await store.votes.study("1")).changes).toHaveLength(2);
  await store.comparisons.move("c", "open", "closing");
  await store.comparisons.move("c", "closing", "closed");
  await swept();
  expect(await isThere(compared)).toBe(false);
});

it("what was asked for where the bot is no member is of no server: nobody can have left that", async () => {
  await store.retention.noteTold(null, 0);
  const [young, aged] = [
    await doneJob(store, ADA, "9", { isOutside: true, settledAt: NOW - 4 * DAY }),
    await doneJob(store, ADA, "9", { ...old, isOutside: true }),
  ];
  for (const table of ["medal_changes", "candidates", "rounds"] as const) await store.db.deleteFrom(table).execute();
  expect(await knownServers(store.db, WHOLE)).toEqual([]);
  await store.serverSettings.change("9", { retentionDays: 3 });
  expect((await store.jobs.painted(ADA, null, { limit: 5 })).map(({ id }) => id)).toEqual([aged.job.id, young.job.id]);
  expect(await store.jobs.painted(ADA, "9", { limit: 5 })).toEqual([]);
  expect((await store.jobs.tally(ADA, "9", 0)).askedAt).toEqual([]);
  expect(await swept()).toMatchObject({ jobs: 1, servers: 0 });
  expect(await Promise.all([young, aged].map(isThere))).toEqual([true, false]);
  await new Eraser({ store, dataDir: folder }).server("9");
  expect(await isThere(young)).toBe(true);
  expect(await messagesOf(store.db, { userId: ADA, guildId: null }), "nothing to take off").toEqual([]);
});

it("the oldest go first where there is no room", async () => {
  const jobs = [];
  for (const days of [5, 9, 1]) jobs.push(await doneJob(store, ADA, "1", { settledAt: NOW - days * DAY }));
  let bytes = 0;
  for await (const file of store.files.list()) bytes += file.bytes;
  expect(await swept({ maxBytes: bytes - 1 })).toMatchObject({ jobs: 1 });
  expect(await Promise.all(jobs.map(isThere))).toEqual([true, false, true]);
  expect(await swept({ maxBytes: 0 })).toMatchObject({ jobs: 2 });
});

it("files to which nothing refers go, when they are an hour old", async () => {
  const job = await doneJob(store, ADA, "1");
  const stray = await picture(store);
  expect(await swept()).toMatchObject({ files: 0 });
  const hours = new Date(NOW - 2 * 3_600_000);
  for await (const { sha256 } of store.files.list()) await utimes(await store.files.local(sha256), hours, hours);
  expect(await swept()).toMatchObject({ files: 1 });
  expect(await store.files.has(stray.sha256)).toBe(false);
  for (const sha256 of job.hashes) expect(await store.files.has(sha256)).toBe(true);
});

const anHourAgo = async (...places: string[]): Promise<void> => {
  const then = new Date(NOW - 2 * 3_600_000);
  for (const place of places) await utimes(place, then, then);
};

it("what learnings and jobs left goes, wherever processes of this machine left it", async () => {
  const bytes = ["kept", "stray", "orphan", "token"].map((text) => Buffer.from(text));
  const [kept, stray, orphan] = await Promise.all(bytes.slice(0, 3).map((each) => store.files.put(each, "state")));
  const token = await store.files.put(bytes[3]!, "token");
  const learning = { id: "l", styleId: "s", guildId: "1", userId: ADA, name: "Blue", description: null } as const;
  const [style] = [await picture(store)];
  await store.pictures.remember(style);
  const places = { channelId: "c", cardMessageId: "m", threadId: null, progressMessageId: null };
  await store.learnings.insert({ ...learning, ...places, pictureSha256: style.sha256 });
  await store.learningStates.save("l", kept!.sha256, 1);
  await store.learningStates.save("gone", orphan!.sha256, 1);
  const running = queuedJob();
  await store.jobs.insert({ ...running, request: { ...running.request, content: style, style } }, 1);
  const left: string[] = [];
  for (const of of [".", "shards/0", "workers/one"])
    for (const name of [
      "learning/gone",
      "learning/gone.safetensors",
      "learning/l.safetensors",
      "work/gone",
      `work/${running.id}`,
    ]) {
      const place = path.join(folder, of, name);
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, "");
      left.push(place);
    }
  for (const { sha256 } of [kept!, stray!, orphan!]) await anHourAgo(await store.files.local(sha256, "state"));
  await anHourAgo(await store.files.local(token.sha256, "token"), ...left);
  const young = path.join(folder, "learning/young");
  await mkdir(young);
  expect(await swept()).toMatchObject({ files: 3 + 3 * 3 });
  const has = (sha256: string, extension: string): Promise<boolean> => store.files.has(sha256, extension);
  expect(await Promise.all([kept, stray, orphan].map((state) => has(state!.sha256, "state")))).toEqual([
    true,
    false,
    false,
  ]);
  expect(await has(token.sha256, "token")).toBe(false);
  const there = left.filter((place) => existsSync(place));
  expect(there.every((place) => /work\/(?!gone)|learning\/l\./.test(place))).toBe(true);
  expect(there).toHaveLength(6);
  expect(existsSync(young)).toBe(true);
  expect(await swept()).toMatchObject({ files: 0 });
});

it("an old picture with which somebody came again is not taken from them", async () => {
  await store.retention.noteTold(null, 0);
  const [again, never] = [await picture(store), await picture(store)];
  await store.pictures.remember(again);
  await store.pictures.remember(never);
  const months = new Date(NOW - 90 * DAY);
  for (const { sha256 } of [again, never]) await utimes(await store.files.local(sha256), months, months);
  await store.db.updateTable("pictures").set({ touched_at: 0 }).execute();
  await store.pictures.remember(again);
  expect(await swept()).toMatchObject({ files: 1 });
  expect([await store.files.has(again.sha256), await store.files.has(never.sha256)]).toEqual([true, false]);
});

it("files of which nobody knows stay where another installation keeps its pictures", async () => {
  const stray = await picture(store);
  await anHourAgo(await store.files.local(stray.sha256));
  expect(await store.files.belongsTo("another")).toBe(true);
  expect(await swept()).toMatchObject({ files: 0, isStrangers: true });
  expect(await swept({ maxBytes: 0 })).toMatchObject({ jobs: 0 });
  await rm(path.join(folder, "pictures", "installation"));
  expect(await swept()).toMatchObject({ files: 1, isStrangers: false });
});

it("of a server that was left nothing stays, also when its jobs were gone already", async () => {
  const block = { guild_id: "1", user_id: ADA, by_user_id: ADA, reason: null, at: 1 };
  await store.db.insertInto("blocks").values(block).execute();
  await store.serverSettings.change("2", { logChannelId: "c" });
  await store.retention.noteTold(null, 0);
  for (const guildId of ["1", "2"]) await store.retention.noteLeft(guildId, NOW - LEFT_MS);
  expect(await swept()).toMatchObject({ servers: 2 });
  expect(await store.db.selectFrom("blocks").selectAll().execute()).toEqual([]);
  const settings = await store.db.selectFrom("settings").select("guild_id").distinct().execute();
  expect(settings).toEqual([{ guild_id: "installation" }]);
});

it("a server that was left is erased after a week, unless the bot is back", async () => {
  const [left, back] = [await doneJob(store, ADA, "1"), await doneJob(store, ADA, "2")];
  for (const guildId of ["1", "2"]) await store.retention.noteLeft(guildId, NOW - LEFT_MS);
  await store.retention.noteLeft("2", null);
  expect(await swept({ now: NOW - 1 })).toMatchObject({ servers: 0 });
  expect(await swept()).toMatchObject({ servers: 1 });
  expect([await isThere(left), await isThere(back)]).toEqual([false, true]);
  expect(await store.votes.study("1")).toEqual({ rounds: [], candidates: [], changes: [] });
});
