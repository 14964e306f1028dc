/** What is left of a member who was forgotten, in any database. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import { TOKEN_EXTENSION } from "../../src/jobs/style.ts";
import { Eraser } from "../../src/store/eraser.ts";
import { TABLES } from "../../src/store/move.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { onPostgres, openTestStore } from "./open-test-store.ts";

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

const ADA = "111111111111111111";
const GRACE = "222222222222222222";

let drawn = 0;
async function picture() {
  drawn += 1;
  const { sha256 } = await store.files.put(Buffer.from(`picture ${drawn}`));
  return { sha256, width: 4, height: 4, name: "p.png", notes: [] };
}

/** A job that is done, whose result was posted and judged in a round that is over. */
async function doneJob(userId: string, guildId: string, style?: Awaited<ReturnType<typeof picture>>) {
  const plain = queuedJob();
  const request = { ...plain.request, userId, guildId, content: await picture(), style: style ?? (await picture()) };
  const job = { ...plain, id: newJobId(), request };
  await store.jobs.insert(job, 1);
  const result = {
    picture: await picture(),
    variant: "inst",
    engine: "embedded",
    steps: 1,
    guidance: null,
    stylePath: null,
    seconds: { caption: 0, stylize: 1 },
  } as const;
  await store.jobs.transition(job.id, "stylizing");
  expect(await store.jobs.transition(job.id, "done", { result, settledAt: Date.now() } as never)).not.toBeNull();
  const messageId = newJobId();
  await store.surfaces.create({ jobId: job.id, channelId: "c", guildId, resultMessageId: messageId, finished: true });
  await store.captions.save({ styleSha256: request.style.sha256, describer: "d", promptHash: "h" }, "blue");
  const round = await store.votes.joinRound({
    id: newJobId(),
    guildId,
    channelId: "c",
    contentSha256: request.content.sha256,
    styleSha256: request.style.sha256,
    blind: false,
    closesAt: 1,
  });
  const candidate = {
    roundId: round.id,
    messageId,
    jobId: job.id,
    variant: "inst",
    engine: "e",
    letter: null,
  } as const;
  await store.votes.addCandidate({ ...candidate, requesterId: userId }, 1);
  for (const voterId of [ADA, GRACE])
    await store.votes.record(round, messageId, [
      { roundId: round.id, result: job.id, voterId, accountAt: 0, roles: null, at: 1, place: 1, change: "put" },
    ]);
  return { job, messageId, hashes: [request.content.sha256, request.style.sha256, result.picture.sha256] };
}

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
  const hers = await doneJob(ADA, "1");
  const shared = await picture();
  const both = [await doneJob(ADA, "1", shared), await doneJob(GRACE, "1", shared)] as const;
  await store.styles.insert({
    id: "s",
    guildId: "1",
    name: "Blue",
    ownerId: ADA,
    picture: await picture(),
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
  const [here, there] = [await doneJob(ADA, "1"), await doneJob(ADA, "2")];
  await forget(ADA, "1");
  expect(await store.jobs.get(here.job.id)).toBeNull();
  expect(await store.jobs.get(there.job.id)).not.toBeNull();
  expect(await store.files.has(there.hashes[0]!)).toBe(true);
  expect((await store.votes.study("2")).changes).toHaveLength(2);
});

it("what was broken off goes on", async () => {
  const jobs = [await doneJob(ADA, "1"), await doneJob(ADA, "1")];
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
  await doneJob(ADA, "1");
  await doneJob(GRACE, "1");
  expect(await store.erasures.recall()).toBe(1);
  expect(await store.erasures.open()).toMatchObject([{ userId: ADA, guildId: null }]);
  expect(await store.erasures.recall()).toBe(0);
});
