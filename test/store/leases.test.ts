import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Job } from "../../src/jobs/job.ts";
import type { Store } from "../../src/store/store.ts";
import { pictureRef, queuedJob } from "../jobs/requests.ts";
import { onPostgres, openTestStore } from "./open-test-store.ts";

let folder: string;
/** Two processes' sight of one database. */
let one: Store;
let other: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-leases-"));
  one = await openTestStore(folder);
  other = await openTestStore(folder);
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
    for (let race = 0; race < (onPostgres ? 200 : 50); race++) {
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
