/** What is left of a member who was forgotten, in any database. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";

import { TOKEN_EXTENSION } from "../../../src/jobs/style.ts";
import { Eraser } from "../../../src/store/erasing/eraser.ts";
import { TABLES } from "../../../src/store/move.ts";
import { sql } from "../../../src/store/kysely.ts";
import type { Store } from "../../../src/store/store.ts";
import { traces } from "../../discord/erasure/traces.ts";
import { ADA, doneJob, GRACE, picture } from "../done-job.ts";
import { onPostgres, openTestStore } from "../open-test-store.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-erasures-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Tables in which a text stands anywhere. */
async function tablesWith(needle: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of TABLES)
    if (JSON.stringify(await store.db.selectFrom(table).selectAll().execute()).includes(needle)) found.push(table);
  return found;
}

const forget = async (userId: string, guildId: string | null): Promise<unknown> =>
  new Eraser({ store, dataDir: folder }).member(await store.erasures.ask({ userId, guildId }));

it("nothing is left of a member but a hash, and of others everything", async () => {
  const hers = await doneJob(store, ADA, "1");
  const shared = await picture(store);
  const both = [
    await doneJob(store, ADA, "1", { style: shared }),
    await doneJob(store, GRACE, "1", { style: shared }),
  ] as const;
  await store.styles.insert({
    id: "s",
    guildId: "1",
    name: "Blue",
    ownerId: ADA,
    picture: await picture(store),
    description: null,
    tokenSha256: (await store.files.put(Buffer.from("token"), TOKEN_EXTENSION)).sha256,
    createdAt: 1,
  });
  const [style] = await store.styles.get(["s"]);
  await store.styleVectors.save(style!.picture.sha256, "net", [1, 2]);
  await forget(ADA, null);
  const gone = [...hers.hashes, both[0].hashes[0]!, both[0].hashes[2]!, style!.picture.sha256, style!.tokenSha256!];
  for (const needle of [ADA, ...gone]) expect(await tablesWith(needle)).toEqual([]);
  for (const sha256 of gone)
    for (const kind of ["png", TOKEN_EXTENSION]) expect(await store.files.has(sha256, kind)).toBe(false);
  for (const sha256 of both[1].hashes) expect(await store.files.has(sha256)).toBe(true);
  expect(await store.jobs.get(both[1].job.id)).not.toBeNull();
  // Grace's ballots count, though of hers nobody knows any more of which pictures.
  const { changes, rounds } = await store.votes.study("1");
  expect(changes.map(({ voterId }) => voterId)).toEqual([GRACE, GRACE, GRACE]);
  expect(rounds).toHaveLength(3);
  const [record] = await store.db.selectFrom("erasures").selectAll().execute();
  expect(record!.subject).toBe(createHash("sha256").update(`${record!.salt}/${ADA}`).digest("hex"));
  expect(await store.erasures.includes(ADA, "1")).toBe(true);
  expect(await store.erasures.includes(GRACE, "1")).toBe(false);
  expect((await store.erasures.messages())[0]![1].map(({ messageId }) => messageId).toSorted()).toEqual(
    [hers.messageId, both[0].messageId].toSorted(),
  );
  // The files of the database say nothing either.
  if (!onPostgres) {
    for (const name of ["atelier.db", "atelier.db-wal"]) {
      const bytes = await readFile(path.join(folder, name));
      for (const needle of [ADA, ...gone]) expect(bytes.includes(needle)).toBe(false);
    }
  }
});

it("in one server alone, what is elsewhere stays", async () => {
  const [here, there] = [await doneJob(store, ADA, "1"), await doneJob(store, ADA, "2")];
  await forget(ADA, "1");
  expect(await store.jobs.get(here.job.id)).toBeNull();
  expect(await store.jobs.get(there.job.id)).not.toBeNull();
  expect(await store.files.has(there.hashes[0]!)).toBe(true);
  expect((await store.votes.study("2")).changes).toHaveLength(2);
});

it("what was broken off goes on", async () => {
  const jobs = [await doneJob(store, ADA, "1"), await doneJob(store, ADA, "1")];
  const erasure = await store.erasures.ask({ userId: ADA, guildId: null });
  const broken = store.erasures.erase(erasure, () => Promise.reject(new Error("killed")));
  await expect(broken).rejects.toThrow("killed");
  await store.close();
  store = await openTestStore(folder);
  const [left] = await store.erasures.open();
  await new Eraser({ store, dataDir: folder }).member(left!);
  for (const needle of [ADA, ...jobs.flatMap(({ hashes }) => hashes)]) expect(await tablesWith(needle)).toEqual([]);
  for (const sha256 of jobs.flatMap(({ hashes }) => hashes)) expect(await store.files.has(sha256)).toBe(false);
  expect((await store.erasures.messages())[0]![1]).toHaveLength(2);
  expect(await store.erasures.open()).toEqual([]);
});

it("what was broken off between rows and files is taken up, whoever it was erased for", async () => {
  const [hers, his] = [await doneJob(store, ADA, "1"), await doneJob(store, GRACE, "1")];
  const discard = (): Promise<never> => Promise.reject(new Error("killed"));
  const killed = new Eraser({ store, dataDir: folder, discard });
  await expect(killed.job(his.job.id)).rejects.toThrow("killed");
  await expect(killed.member(await store.erasures.ask({ userId: ADA, guildId: null }))).rejects.toThrow("killed");
  for (const { job, hashes } of [hers, his]) {
    expect(await store.jobs.get(job.id)).toBeNull();
    expect(await store.files.has(hashes[0]!)).toBe(true);
  }
  await store.close();
  store = await openTestStore(folder);
  await new Eraser({ store, dataDir: folder }).takeUp();
  for (const sha256 of [...hers.hashes, ...his.hashes]) {
    expect(await store.files.has(sha256)).toBe(false);
    expect(await tablesWith(sha256)).toEqual([]);
  }
});

it("what somebody else is just sending stays, and what they came with again", async () => {
  const hers = await doneJob(store, ADA, "1");
  const coming = await picture(store);
  await store.pictures.remember(coming);
  await forget(ADA, null);
  expect(await store.files.has(coming.sha256)).toBe(true);
  expect(await tablesWith(coming.sha256)).toEqual(["pictures"]);
  expect(await store.files.has(hers.hashes[0]!)).toBe(false);
});

it("is not over while somebody keeps the database's own files from being scrubbed", async () => {
  const hers = await doneJob(store, ADA, "1");
  const release = await holdDatabase();
  const eraser = new Eraser({ store, dataDir: folder });
  const asked = await store.erasures.ask({ userId: ADA, guildId: null });
  expect(await eraser.member(asked)).toBe("unwritable");
  const isDone = async () => (await store.db.selectFrom("erasures").selectAll().executeTakeFirstOrThrow()).done_at;
  expect(await isDone()).toBeNull();
  for (const needle of [ADA, ...hers.hashes]) expect(await tablesWith(needle)).toEqual([]);
  await release();
  expect(await eraser.scrub()).toBeNull();
  expect(await isDone()).not.toBeNull();
  if (!onPostgres) for (const needle of [ADA, ...hers.hashes]) expect(await traces(folder, needle)).toEqual([]);
});

/** Reads the database from elsewhere, as it is now (SQLite), or keeps one of its tables from being cleaned. @returns ends that */
async function holdDatabase(): Promise<() => Promise<void>> {
  if (onPostgres) {
    const other = await openTestStore(folder);
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    let begun = (): void => undefined;
    const began = new Promise<void>((resolve) => (begun = resolve));
    const held = other.db.transaction().execute(async (transaction) => {
      await sql`lock table workers in share update exclusive mode`.execute(transaction);
      begun();
      await over;
    });
    await began;
    return async () => {
      end();
      await held;
      await other.close();
    };
  }
  const reader = new Database(path.join(folder, "atelier.db"));
  reader.exec("begin");
  reader.prepare("select count(*) from jobs").get();
  return async () => {
    reader.exec("rollback");
    reader.close();
  };
}

it("a database of before is put right by the file beside it", async () => {
  await forget(ADA, null);
  await writeFile(path.join(folder, "erasures.jsonl"), '{"id":"half', { flag: "a" });
  await store.db.deleteFrom("erasures").execute();
  await doneJob(store, ADA, "1");
  await doneJob(store, GRACE, "1");
  expect(await store.erasures.recall()).toBe(1);
  expect(await store.erasures.open()).toMatchObject([{ userId: ADA, guildId: null }]);
  expect(await store.erasures.recall()).toBe(0);
});

it("a database of before that knows a member only as one who blocked somebody is put right, too", async () => {
  const { db } = store;
  const block = { guild_id: "1", user_id: GRACE, by_user_id: ADA, reason: null, at: 1 };
  await forget(ADA, null);
  await db.insertInto("blocks").values(block).execute();
  await db.deleteFrom("erasures").execute();
  expect(await store.erasures.recall()).toBe(1);
});

it("of a member of whom a database knows nothing, the proof comes back and is not looked for again", async () => {
  await forget(ADA, "1");
  await store.db.deleteFrom("erasures").execute();
  expect(await store.erasures.recall()).toBe(0);
  expect(await store.erasures.includes(ADA, "1")).toBe(true);
  expect(await store.erasures.open()).toEqual([]);
});
