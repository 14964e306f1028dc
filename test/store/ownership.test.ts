import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Shard } from "../../src/shard.ts";
import { knownServers } from "../../src/store/erasing/erase-server.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
const stores: Store[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-store-"));
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(shard?: Shard): Promise<Store> {
  const store = await openTestStore(folder, shard);
  stores.push(store);
  return store;
}

/** Real servers, whose times are 0, 1, 2 and 3 mod 4; the newest id is near the largest there will be for decades. */
const SERVERS = [0, 1, 2, 3].map((n) => String((BigInt(1 << 30) * 4n + BigInt(n)) << 22n));
const NEWEST = String((((1n << 41n) - 1n) << 22n) | 4_194_303n);
const ownerOf = (guildId: string | null, count: number): number =>
  guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count));

/** One of everything that a process takes up, of a server. */
async function fill(store: Store, guildId: string | null): Promise<void> {
  const waiting = queuedJob({}, { guildId });
  const ended = queuedJob({}, { guildId });
  for (const job of [waiting, ended]) {
    await store.jobs.insert(job, 1);
    await store.surfaces.create({ jobId: job.id, guildId, channelId: "c", resultMessageId: `message ${job.id}` });
  }
  await store.jobs.transition(ended.id, "stylizing");
  await store.jobs.transition(ended.id, "done", { settledAt: 5 });
  await store.openReplies.insert({ interactionId: `i ${guildId}`, guildId, sealedToken: "", openedAt: 1 }, 0);
  if (guildId === null) return;
  const { content, style } = waiting.request;
  const place = { guildId, channelId: `channel ${guildId}`, contentSha256: content.sha256, styleSha256: style.sha256 };
  await store.votes.joinRound({ id: newJobId(), blind: false, ...place, closesAt: 100 });
  await store.comparisons.insert({
    id: newJobId(),
    ...place,
    judges: "variants",
    state: "painting",
    userId: "ada",
    hours: 1,
    cardMessageId: "card",
    sheetMessageId: null,
    createdAt: 1,
    closesAt: null,
    cardSays: null,
    jobs: [{ letter: "A", jobId: waiting.id }],
  });
  for (const isOver of [false, true]) {
    const id = newJobId();
    await store.learnings.insert({
      id,
      styleId: `style ${guildId}`,
      guildId,
      userId: "ada",
      name: "Ink",
      pictureSha256: style.sha256,
      description: null,
      channelId: place.channelId,
      cardMessageId: "card",
      threadId: null,
      progressMessageId: null,
    });
    if (isOver) await store.learnings.settle(id, { how: "done", kept: "kept" });
  }
}

/** Servers of everything in each list that a process takes up. */
async function lists(store: Store): Promise<Readonly<Record<string, (string | null)[]>>> {
  const { jobs, surfaces, votes, comparisons, learnings, openReplies } = store;
  const strays = await Promise.all((await votes.strays(0)).map(async ({ jobId }) => (await jobs.get(jobId))!));
  const found: Record<string, readonly (string | null)[]> = {
    jobs: (await jobs.unsettled()).map(({ job }) => job.request.guildId),
    surfaces: (await surfaces.unfinished()).map(({ guildId }) => guildId),
    untold: (await surfaces.untold()).map(({ guildId }) => guildId),
    rounds: (await votes.openRounds(50)).map(({ guildId }) => guildId),
    strays: strays.map(({ request }) => request.guildId),
    comparisons: (await comparisons.unfinished()).map(({ guildId }) => guildId),
    learnings: (await learnings.unsettled()).map(({ guildId }) => guildId),
    learned: (await learnings.untold()).map(([{ guildId }]) => guildId),
    replies: (await openReplies.list(0, 2)).map(({ guildId }) => guildId),
  };
  return Object.fromEntries(Object.entries(found).map(([name, of]) => [name, [...new Set(of)]]));
}

it("whatever a process takes up is of its servers, of no server only the first one's, and nobody's is left", async () => {
  const all = [...SERVERS, NEWEST, null];
  const whole = await open();
  for (const guildId of all) await fill(whole, guildId);
  const complete = await lists(whole);
  for (const [name, of] of Object.entries(complete))
    expect([name, new Set([...of, null])]).toEqual([name, new Set(all)]);
  // A change of their number moves each to another, at the next start.
  for (const count of [4, 2, 3]) {
    for (let id = 0; id < count; id++) {
      const own = (guildId: string | null): boolean => ownerOf(guildId, count) === id;
      const expected = Object.entries(complete).map(([name, of]) => [name, of.filter(own)]);
      expect(await lists(await open({ id, count }))).toEqual(Object.fromEntries(expected));
    }
  }
});

it("the pictures of a server's styles are looked at by its process", async () => {
  const whole = await open();
  for (const guildId of SERVERS) {
    const { style } = queuedJob().request;
    const picture = { ...style, sha256: guildId.padStart(64, "0") };
    await whole.pictures.remember(picture);
    const about = { name: "Ink", ownerId: "ada", description: null, tokenSha256: null, createdAt: 1 };
    await whole.styles.insert({ id: guildId, guildId, picture, ...about });
  }
  for (const [id, guildId] of SERVERS.entries())
    expect(await (await open({ id, count: 4 })).styleVectors.unseen("net", "", 9)).toEqual([guildId.padStart(64, "0")]);
});

it("servers of which only settings are left are each one shard's, and what is set for all is nobody's", async () => {
  const whole = await open();
  for (const guildId of SERVERS) await whole.serverSettings.change(guildId, { logChannelId: "c" });
  await whole.retention.noteTold(null, 0);
  for (const id of [0, 1])
    expect((await knownServers(whole.db, { id, count: 2 })).toSorted()).toEqual(
      SERVERS.filter((guildId) => ownerOf(guildId, 2) === id).toSorted(),
    );
});
