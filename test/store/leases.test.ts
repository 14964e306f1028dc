import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Job } from "../../src/jobs/job.ts";
import { openDatabase } from "../../src/store/database.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createVoteRepository } from "../../src/store/vote-repository.ts";
import { pictureRef, queuedJob } from "../jobs/requests.ts";

let folder: string;
/** Two processes' sight of one database. */
let one: Store;
let other: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-leases-"));
  one = await openStore(folder);
  other = await openStore(folder);
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
  await rm(folder, { recursive: true, force: true });
});

const queued = async (): Promise<Job> => {
  const job = queuedJob();
  await one.jobs.insert(job, 0);
  return job;
};

describe("a lease", () => {
  it("is void when somebody else has taken the job over: nothing is written with it", async () => {
    const { id } = await queued();
    const first = (await one.jobs.claim(id, "one"))!;
    await one.jobs.transition(id, "stylizing", { attempts: 1 }, first.lease);
    const second = (await other.jobs.claim(id, "other"))!;
    expect(second).toMatchObject({ job: { id, state: "queued", attempts: 1 }, lease: { jobId: id, fence: 2 } });
    expect(await one.jobs.amend(id, { description: "late" }, first.lease)).toBeNull();
    await other.jobs.transition(id, "stylizing", {}, second.lease);
    expect(await one.jobs.transition(id, "done", { settledAt: 1 }, first.lease)).toBeNull();
    const done = await other.jobs.transition(id, "done", { settledAt: 2 }, second.lease);
    expect(done).toMatchObject({ state: "done", settledAt: 2, description: null });
  });

  it("is given for what is not settled only, and does not keep people from cancelling", async () => {
    const { id } = await queued();
    const { lease } = (await one.jobs.claim(id, "one"))!;
    expect(await other.jobs.transition(id, "cancelled")).toMatchObject({ state: "cancelled" });
    expect(await one.jobs.transition(id, "captioning", {}, lease)).toBeNull();
    expect(await one.jobs.claim(id, "one")).toBeNull();
    expect(await one.jobs.claim("NOBODY", "one")).toBeNull();
  });
});

describe("of two who write at once", () => {
  it("exactly one settles a job", async () => {
    for (let race = 0; race < 50; race++) {
      const { id } = await queued();
      const { lease } = (await one.jobs.claim(id, "one"))!;
      await one.jobs.transition(id, "stylizing", {}, lease);
      const ends = await Promise.all([
        one.jobs.transition(id, "done", { settledAt: 1 }, lease),
        other.jobs.transition(id, "cancelled", { settledAt: 2 }),
      ]);
      const won = ends.filter((end) => end !== null);
      expect(won).toHaveLength(1);
      expect(await one.jobs.get(id)).toEqual(won[0]);
    }
  });

  it("each flag is raised, and each once", async () => {
    const { id } = await queued();
    await one.surfaces.create({ jobId: id, channelId: "c" });
    const flags = Array.from({ length: 20 }, (_, n) => `flag-${n}`);
    const raised = await Promise.all(
      flags.flatMap((flag) => [one.surfaces.raise(id, flag), other.surfaces.raise(id, flag)]),
    );
    expect(raised.filter(Boolean)).toHaveLength(flags.length);
    expect((await one.surfaces.get(id))!.flags.toSorted()).toEqual(flags.toSorted());
  });

  it("both join one round, whose end is the later one", async () => {
    await queued();
    const round = (closesAt: number) => ({
      id: newJobId(),
      guildId: "g",
      channelId: "c",
      contentSha256: pictureRef("content").sha256,
      styleSha256: pictureRef("style").sha256,
      blind: false,
      closesAt,
    });
    const joined = await Promise.all(
      [3, 9, 5, 7].map((closesAt, n) => (n % 2 === 0 ? one : other).votes.joinRound(round(closesAt))),
    );
    expect(new Set(joined.map(({ id }) => id)).size).toBe(1);
    expect((await one.votes.round(joined[0]!.id))!.closesAt).toBe(9);
  });
});

it("rounds that an older Atelier made twice become one, with the votes of both", async () => {
  const file = path.join(folder, "older.db");
  await (await openDatabase(file, MIGRATIONS.slice(0, 8))).destroy();
  const raw = new Database(file);
  for (const name of ["a", "b"]) raw.prepare("insert into pictures (sha256, width, height) values (?, 1, 1)").run(name);
  const round = raw.prepare("insert into rounds values (?, ?, 'g', 'c', 'a', 'b', ?, null)");
  for (const [id, blind, closesAt] of [
    ["R1", 0, 5],
    ["R2", 0, 8],
    ["R3", 1, 9],
  ] as const)
    round.run(id, blind, closesAt);
  const medal = raw.prepare(
    `insert into medal_changes (round_id, guild_id, channel_id, message_id, job_id, content_sha256, style_sha256,
       voter_id, account_at, place, change, at) values (?, 'g', 'c', 'm', 'j', 'a', 'b', ?, 0, 1, 'put', 0)`,
  );
  for (const [id, voter] of [
    ["R1", "ada"],
    ["R2", "ben"],
    ["R3", "cleo"],
  ] as const)
    medal.run(id, voter);
  raw.close();
  const db = await openDatabase(file);
  const votes = createVoteRepository(db);
  expect((await votes.changes("R1")).map(({ voterId }) => voterId)).toEqual(["ada", "ben"]);
  expect(await votes.round("R1")).toMatchObject({ closesAt: 8 });
  expect(await votes.round("R2")).toBeNull();
  expect((await votes.changes("R3")).map(({ voterId }) => voterId)).toEqual(["cleo"]);
  await db.destroy();
});
