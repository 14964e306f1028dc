import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Job } from "../../src/jobs/job.ts";
import type { Store } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-desk-"));
  store = await openTestStore(folder);
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const queue = async (): Promise<Job> => {
  const job = queuedJob();
  await store.jobs.insert(job, 7);
  return job;
};

const failed = async (): Promise<Job> => {
  const { id } = await queue();
  const patch = { attempts: 2, failure: "It broke.", lastFault: "a fault", startedAt: 1, settledAt: 2 };
  return (await store.jobs.transition(id, "failed", patch))!;
};

describe("jobs by hand", () => {
  it("are queued again as if nobody had begun them, once, whoever asks", async () => {
    const { id } = await failed();
    await store.surfaces.create({
      jobId: id,
      channelId: "1",
      resultMessageId: "2",
      progressMessageId: "3",
      finished: true,
    });
    const before = await store.jobs.handChanges();
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.jobDesk.retry(id)));
    expect(answers.filter((refusal) => refusal === null)).toHaveLength(1);
    expect(answers.filter((refusal) => refusal === "not-failed")).toHaveLength(7);
    expect(await store.jobs.handChanges()).toBe(before + 1);
    const nothing = { failure: null, lastFault: null, startedAt: null, settledAt: null };
    expect(await store.jobs.get(id)).toMatchObject({ state: "queued", attempts: 0, ...nothing });
    expect(await store.surfaces.get(id)).toMatchObject({
      finished: false,
      resultMessageId: null,
      progressMessageId: null,
      flags: ["retry-1"],
    });
    expect((await store.jobs.unsettled()).find(({ job }) => job.id === id)?.turn).toBe(7);
  });

  it("are not queued again while their failure is to be told, or in a comparison that ended with them", async () => {
    const { id } = await failed();
    await store.surfaces.create({ jobId: id, channelId: "1" });
    expect(await store.jobDesk.retry(id)).toBe("untold");
    await store.surfaces.update(id, { finished: true });
    expect(await store.jobDesk.retry(id)).toBeNull();

    const { id: compared, request } = await failed();
    await store.comparisons.insert({
      id: "c1",
      judges: "variants",
      state: "failed",
      guildId: "1",
      channelId: "2",
      userId: "3",
      contentSha256: request.content.sha256,
      styleSha256: request.style.sha256,
      hours: 1,
      cardMessageId: "4",
      sheetMessageId: null,
      createdAt: 1,
      closesAt: null,
      cardSays: null,
      jobs: [{ letter: "A", jobId: compared }],
    });
    expect(await store.jobDesk.retry(compared)).toBe("compared");
    expect(await store.jobDesk.retry("none")).toBe("unknown");
  });

  it("are cancelled once, against whoever finishes them", async () => {
    const { id } = await queue();
    expect(await Promise.all([1, 2, 3].map(() => store.jobDesk.cancel(id)))).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    expect(await store.jobs.get(id)).toMatchObject({ state: "cancelled", settledAt: expect.any(Number) });
    expect(await store.jobDesk.cancel("none")).toBe(false);
  });

  it("are listed by state, the newest first, and counted", async () => {
    const [first, second] = [await queue(), await queue()];
    const ids = (await store.jobDesk.list(["queued"], 2)).map(({ job }) => job.id);
    expect(ids).toEqual([second.id, first.id]);
    expect(await store.jobDesk.get(first.id)).toMatchObject({ job: first, worker: null });
    const { byState, oldestQueuedAt } = await store.jobDesk.counts();
    const { length } = await store.jobDesk.list(["queued"], 100);
    expect(byState).toEqual({ queued: length, captioning: 0, stylizing: 0 });
    expect(oldestQueuedAt).toBeLessThanOrEqual(first.createdAt);
  });
});
