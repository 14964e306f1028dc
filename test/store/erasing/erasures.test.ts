/** What is left of a member who was forgotten, in any database. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { TOKEN_EXTENSION } from "../../../src/jobs/style.ts";
import { Eraser } from "../../../src/store/erasing/eraser.ts";
import { TABLES } from "../../../src/store/move.ts";
import type { Store } from "../../../src/store/store.ts";
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

const forget = async (userId: string, guildId: string | null): Promise<void> =>
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
