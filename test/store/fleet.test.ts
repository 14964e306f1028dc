/** What several bots and workers share: room, turns and places in the queue, and who is there. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { EngineInfo } from "../../src/jobs/engine.ts";
import { GONE_AFTER_MS, type RoomFor } from "../../src/jobs/fleet.ts";
import type { JobRequest } from "../../src/jobs/job.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { onPostgres, openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-fleet-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const ROOM: RoomFor = { perUser: 100, perGuild: 100, keptForUser: 0, keptForGuild: 0 };
const admit = async (asked: Partial<JobRequest> = {}, room: Partial<RoomFor> = {}) => {
  const job = queuedJob({}, asked);
  return { id: job.id, at: await store.sharedQueue.admit(job, { ...ROOM, ...room }) };
};
const turnsOf = async (...users: string[]): Promise<(number | undefined)[]> => {
  const turns = [];
  for (const userId of users) turns.push((await admit({ userId })).at?.turn);
  return turns;
};

describe("the shared queue", () => {
  it("takes as many as there is room for, of however many that come at once", async () => {
    // A file is one process's.
    const others = onPostgres ? await Promise.all([openTestStore(folder), openTestStore(folder)]) : [];
    const all = [store, ...others];
    const tries = Array.from({ length: 40 }, (_, n) =>
      all[n % all.length]!.sharedQueue.admit(queuedJob(), { ...ROOM, perUser: 3 }),
    );
    const taken = (await Promise.all(tries)).filter((turn) => turn !== null);
    expect(taken).toHaveLength(3);
    expect(await store.jobs.unsettled()).toHaveLength(3);
    await Promise.all(others.map((other) => other.close()));
  });

  it("counts what is kept, and a server's jobs, whoever asked for them", async () => {
    expect((await admit({}, { perUser: 2, keptForUser: 2 })).at).toBeNull();
    expect((await admit({ userId: "a" }, { perGuild: 1 })).at).not.toBeNull();
    expect((await admit({ userId: "b" }, { perGuild: 1 })).at).toBeNull();
    expect((await admit({ userId: "b", guildId: null }, { perGuild: 0 })).at).not.toBeNull();
  });

  it("lets people take turns, and newcomers begin where the others are", async () => {
    expect(await turnsOf("anna", "anna", "anna", "ben", "anna")).toEqual([0, 1, 2, 0, 3]);
    await store.sharedQueue.begin(2);
    await store.sharedQueue.begin(1);
    expect(await turnsOf("cleo", "ben", "anna")).toEqual([2, 2, 4]);
  });

  it("goes on where it was when all is done", async () => {
    const first = await admit({ userId: "anna" });
    await store.sharedQueue.begin(first.at!.turn);
    await store.jobs.transition(first.id, "cancelled", { settledAt: 1 });
    expect(await turnsOf("anna", "ben")).toEqual([1, 0]);
  });

  it("begins where an older queue left off, which was one process's", async () => {
    await store.workers.speak(1);
    for (const turn of [7, 8]) await store.jobs.insert(queuedJob({}, { userId: "anna" }), turn);
    expect(await turnsOf("anna", "ben")).toEqual([9, 7]);
  });

  it("lines up what runs, then what waits, and says what its time depends on", async () => {
    const anna = await admit({ userId: "anna", variant: "inst", size: 512, speed: "draft", hd: true });
    const later = await admit({ userId: "anna", description: "A woodcut", guildId: "elsewhere" });
    const ben = await admit({ userId: "ben" });
    await store.jobs.transition(later.id, "stylizing", { variant: "prompt", startedAt: 5, attempts: 1 });
    const line = await store.sharedQueue.line();
    expect(line.map(({ job }) => job.id)).toEqual([later.id, anna.id, ben.id]);
    expect(line[0]).toEqual({
      turn: 1,
      job: {
        id: later.id,
        state: "stylizing",
        attempts: 1,
        variant: "prompt",
        startedAt: 5,
        description: null,
        request: {
          userId: "anna",
          guildId: "elsewhere",
          variant: "image-prompt",
          speed: "normal",
          loras: [],
          size: 64,
          description: "",
        },
      },
    });
    expect(line[1]!.job.request).toMatchObject({
      variant: "inst",
      size: 512,
      speed: "draft",
      hd: true,
      description: null,
    });
    const snapshot = await store.sharedQueue.snapshot("guild", 1);
    expect(snapshot).toMatchObject({ running: 0, waiting: 2, jobs: [{ id: anna.id }] });
    expect(await store.sharedQueue.snapshot(undefined, Infinity)).toMatchObject({ running: 1, waiting: 2 });
    expect(await store.sharedQueue.snapshot(null, 0)).toEqual({ running: 0, waiting: 0, jobs: [] });
  });

  it("counts places from another turn when the order has gone on far, once", async () => {
    await store.sharedQueue.begin(1000);
    expect(await store.sharedQueue.rebase(1000)).toBe(false);
    await store.sharedQueue.begin(1001);
    expect(await store.sharedQueue.rebase(1000)).toBe(true);
    expect(await store.sharedQueue.rebase(1000)).toBe(false);
    expect((await admit()).at).toEqual({ turn: 1001, base: 1001 });
  });
});

describe("workers", () => {
  const INFO: EngineInfo = {
    stylizer: "embedded",
    describer: "palette",
    describerLabel: "palette",
    styleNetwork: "net",
    safetyChecker: null,
    device: "cpu",
    parallelStages: false,
  };
  const worker = { name: "w", protocol: 1, capabilities: ["paint"], info: INFO, concurrency: 1, busy: 0, jobs: [] };

  it("are those that have said so of late, and did not go", async () => {
    const { workers } = store;
    await workers.report(worker);
    await workers.report({ ...worker, name: "gone" });
    await workers.report({ ...worker, name: "silent" });
    await workers.report({ ...worker, busy: 1, jobs: ["a"] });
    await workers.leave("gone");
    await store.db
      .updateTable("workers")
      .set((is) => ({ seen_at: is("seen_at", "-", GONE_AFTER_MS) }))
      .where("name", "=", "silent")
      .execute();
    expect(await workers.present()).toEqual([{ ...worker, busy: 1, jobs: ["a"] }]);
  });

  it("hear what the bot speaks that started last", async () => {
    expect(await store.workers.spoken()).toBeNull();
    await store.sharedQueue.begin(7);
    expect(await store.workers.spoken()).toBeNull();
    await store.workers.speak(3);
    await store.workers.speak(2);
    expect(await store.workers.spoken()).toBe(2);
    expect((await admit()).at!.turn).toBe(7);
  });
});
