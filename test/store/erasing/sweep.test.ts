/** What is swept and what stays, in any database. */
import { mkdtemp, rm, utimes } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { WHOLE } from "../../../src/shard.ts";
import { Eraser } from "../../../src/store/erasing/eraser.ts";
import type { Store } from "../../../src/store/store.ts";
import { LEFT_MS, NOTICE_MS, sweep, type Swept } from "../../../src/store/erasing/retention-sweep.ts";
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

it("a server that was left is erased after a week, unless the bot is back", async () => {
  const [left, back] = [await doneJob(store, ADA, "1"), await doneJob(store, ADA, "2")];
  for (const guildId of ["1", "2"]) await store.retention.noteLeft(guildId, NOW - LEFT_MS);
  await store.retention.noteLeft("2", null);
  expect(await swept({ now: NOW - 1 })).toMatchObject({ servers: 0 });
  expect(await swept()).toMatchObject({ servers: 1 });
  expect([await isThere(left), await isThere(back)]).toEqual([false, true]);
  expect(await store.votes.study("1")).toEqual({ rounds: [], candidates: [], changes: [] });
});
