import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { newJobId } from "../../src/jobs/job-id.ts";
import type { Store } from "../../src/store/store.ts";
import { pictureRef, queuedJob } from "../jobs/requests.ts";
import { openTestStore } from "./open-test-store.ts";

let folder: string;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-store-"));
  store = await openTestStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe("opening", () => {
  it("finds everything again after it was closed", async () => {
    const job = queuedJob();
    await store.jobs.insert(job, 3);
    await store.close();
    store = await openTestStore(folder);
    expect(await store.jobs.unsettled()).toEqual([{ job, turn: 3 }]);
  });
});

describe("jobs", () => {
  it("that failed are found by their person, the newest first", async () => {
    const jobs = [];
    for (let n = 0; n < 5; n++) {
      const fresh = queuedJob();
      const userId = n === 4 ? "ben" : fresh.request.userId;
      const job = { ...fresh, id: newJobId(), request: { ...fresh.request, userId, guildId: "guild" } };
      await store.jobs.insert(job, 0);
      if (n > 0) await store.jobs.transition(job.id, "failed", { failure: `Fault ${n}.`, settledAt: 100 + n });
      jobs.push(job);
    }
    const { userId } = jobs[0]!.request;
    const words = async (since: number, limit: number) =>
      (await store.jobs.failed(userId, "guild", since, limit)).map(({ failure }) => failure);
    expect(await words(0, 10)).toEqual(["Fault 3.", "Fault 2.", "Fault 1."]);
    expect(await words(0, 1)).toEqual(["Fault 3."]);
    expect(await words(101, 10)).toEqual(["Fault 3.", "Fault 2."]);
    expect(await store.jobs.failed(userId, "elsewhere", 0, 10)).toEqual([]);
  });

  it("come back as they were put in, with the result", async () => {
    const job = queuedJob();
    await store.jobs.insert(job, 0);
    expect(await store.jobs.get(job.id)).toEqual(job);
    expect(await store.jobs.get("NOBODY")).toBeNull();
    await store.jobs.transition(job.id, "stylizing", { attempts: 1, startedAt: 5 });
    const result = {
      picture: pictureRef("result"),
      variant: "inst",
      engine: "embedded",
      stylePath: null,
      steps: 6,
      guidance: null,
      seconds: { caption: 0, stylize: 1.5, total: 1.6 },
    } as const;
    const done = await store.jobs.transition(job.id, "done", { result, settledAt: 9, variant: "inst" });
    expect(done).toEqual({ ...job, state: "done", attempts: 1, variant: "inst", startedAt: 5, settledAt: 9, result });
    expect(await store.jobs.finished(5)).toEqual([done]);
    expect(await store.jobs.unsettled()).toEqual([]);
  });

  it("move only where it is legal, and are not touched otherwise", async () => {
    const job = queuedJob();
    await store.jobs.insert(job, 0);
    expect(await store.jobs.transition(job.id, "done", { failure: "no" })).toBeNull();
    expect(await store.jobs.get(job.id)).toEqual(job);
    await store.jobs.transition(job.id, "cancelled");
    for (const to of ["queued", "captioning", "stylizing", "done", "failed", "cancelled"] as const) {
      expect(await store.jobs.transition(job.id, to)).toBeNull();
    }
    expect(await store.jobs.amend(job.id, { description: "late" })).toBeNull();
    expect(await store.jobs.transition("NOBODY", "failed")).toBeNull();
  });

  it("are handed out in their order of turns, then of creation", async () => {
    const [first, second, third] = [queuedJob(), queuedJob(), queuedJob()];
    await store.jobs.insert(first, 2);
    await store.jobs.insert(third, 1);
    await store.jobs.insert(second, 1);
    expect((await store.jobs.unsettled()).map(({ job }) => job.id)).toEqual([second.id, third.id, first.id]);
  });

  it("cannot name a picture that is not recorded", async () => {
    const job = queuedJob();
    await store.jobs.insert(job, 0);
    const move = store.db
      .updateTable("jobs")
      .set({ result_sha256: pictureRef("unknown").sha256 })
      .where("id", "=", job.id)
      .execute();
    await expect(move).rejects.toThrow(/foreign key/i);
  });
});

describe("captions", () => {
  it("are kept per style, describer and instruction; a second one replaces the first", async () => {
    const key = { styleSha256: pictureRef("style").sha256, describer: "palette", promptHash: "p" };
    await store.pictures.remember(pictureRef("style"));
    await store.captions.save(key, "blue");
    await store.captions.save(key, "deep blue");
    expect(await store.captions.find(key)).toBe("deep blue");
    expect(await store.captions.find({ ...key, describer: "other" })).toBeNull();
    expect(await store.captions.find({ ...key, promptHash: "q" })).toBeNull();
  });
});

describe("face verdicts", () => {
  it("of a moderator stand above the detector's", async () => {
    const { sha256 } = pictureRef("content");
    await store.pictures.remember(pictureRef("content"));
    expect(await store.pictures.faceVerdict(sha256)).toBeNull();
    const seen = {
      prominent: true,
      faces: [{ x: 1, y: 2, width: 3, height: 4, score: 0.9 }],
      source: "detector",
    } as const;
    await store.pictures.saveFaceVerdict(sha256, seen);
    expect(await store.pictures.faceVerdict(sha256)).toEqual(seen);
    const corrected = { prominent: false, faces: [], source: "moderator" } as const;
    await store.pictures.saveFaceVerdict(sha256, corrected);
    await store.pictures.saveFaceVerdict(sha256, seen);
    expect(await store.pictures.faceVerdict(sha256)).toEqual(corrected);
  });
});

describe("surfaces", () => {
  it("are made, completed, found by message, and flags rise once", async () => {
    const job = queuedJob();
    await store.jobs.insert(job, 0);
    const made = await store.surfaces.create({ jobId: job.id, channelId: "c", guildId: "g", cardMessageId: "m1" });
    expect(made).toMatchObject({ jobId: job.id, cardMessageId: "m1", threadId: null, flags: [], finished: false });
    await store.surfaces.update(job.id, { threadId: "t", resultMessageId: "m9" });
    expect(await store.surfaces.raise(job.id, "pinged")).toBe(true);
    expect(await store.surfaces.raise(job.id, "pinged")).toBe(false);
    expect(await store.surfaces.raise("NOBODY", "pinged")).toBe(false);
    const whole = { ...made, threadId: "t", resultMessageId: "m9", flags: ["pinged"] };
    expect(await store.surfaces.get(job.id)).toEqual(whole);
    expect(await store.surfaces.update(job.id, {})).toEqual(whole);
    expect(await store.surfaces.byResultMessage("m9")).toEqual(whole);
    expect(await store.surfaces.byThread("t")).toEqual([whole]);
    expect(await store.surfaces.unfinished()).toEqual([whole]);
    await store.surfaces.update(job.id, { finished: true, progressMessageId: null });
    expect(await store.surfaces.unfinished()).toEqual([]);
  });

  it("belong to a job", async () => {
    await expect(store.surfaces.create({ jobId: newJobId(), channelId: "c" })).rejects.toThrow(/foreign key/i);
  });
});

describe("settings", () => {
  it("are JSON by server and key, checked when read", async () => {
    await store.settings.set("g", "variant", "inst");
    await store.settings.set("g", "variant", "prompt");
    expect(await store.settings.get("g", "variant", z.string())).toBe("prompt");
    expect(await store.settings.get("g", "variant", z.number())).toBeNull();
    expect(await store.settings.get("h", "variant", z.string())).toBeNull();
    await store.settings.remove("g", "variant");
    expect(await store.settings.get("g", "variant", z.string())).toBeNull();
  });
});

describe("many at once", () => {
  it("stay apart: transactions do not mix", async () => {
    const jobs = Array.from({ length: 40 }, () => queuedJob());
    await Promise.all(jobs.map((job, n) => store.jobs.insert(job, n)));
    await Promise.all(
      jobs.flatMap((job) => [store.jobs.transition(job.id, "captioning"), store.jobs.transition(job.id, "stylizing")]),
    );
    expect((await store.jobs.unsettled()).every(({ job }) => job.state === "stylizing")).toBe(true);
  });
});
