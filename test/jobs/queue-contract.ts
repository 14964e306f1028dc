/**
 * What every adapter of the queue port keeps. An adapter's test file calls `queueContract` with a way to make one over
 * an engine and a data folder; a second one over the same folder stands for the next process.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EngineError, UserError } from "../../src/errors.ts";
import type { ChooseVariant } from "../../src/jobs/choose-variant.ts";
import type { Engine } from "../../src/jobs/engine.ts";
import type { JobEvent } from "../../src/jobs/events.ts";
import type { Job } from "../../src/jobs/job.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { pictureRef, request } from "./requests.ts";
import { ScriptedEngine, type ScriptedEngineOptions } from "./scripted-engine.ts";

export interface QueueUnderTest {
  readonly engine: Engine;
  readonly store: Store;
  readonly dataDir: string;
  readonly concurrency: number;
  readonly perUser: number;
  readonly perGuild: number;
  readonly chooseVariant?: ChooseVariant;
}

export type MakeQueue = (parts: QueueUnderTest) => JobQueue;

type Making = Partial<Omit<QueueUnderTest, "engine" | "store" | "dataDir">> & { engine?: ScriptedEngineOptions };

export function queueContract(name: string, make: MakeQueue): void {
  let dataDir: string;
  const open: { queue: JobQueue; store: Store }[] = [];

  /** A queue over the data folder, its engine, and everything it tells. */
  async function setUp({ engine: script, ...settings }: Making = {}) {
    const engine = new ScriptedEngine(script);
    const store = await openStore(dataDir);
    const queue = make({ concurrency: 1, perUser: 100, perGuild: 100, ...settings, engine, store, dataDir });
    const events: JobEvent[] = [];
    queue.subscribe((event) => events.push(event));
    open.push({ queue, store });
    const settled = (job: Job): Promise<Job> =>
      new Promise((resolve) => {
        const look = (event: JobEvent): void => {
          if (event.job.id === job.id && ["done", "failed", "cancelled"].includes(event.type)) resolve(event.job);
        };
        events.forEach(look);
        queue.subscribe(look);
      });
    return { engine, store, queue, events, settled };
  }

  /** Answers every call at once. */
  const willing: ScriptedEngineOptions = {
    onCall: (call) => void call.succeed(call.kind === "faces" ? { prominent: false, faces: [] } : undefined),
  };

  const tale = (events: readonly JobEvent[], job: Job): string[] =>
    events.filter((event) => event.job.id === job.id).map((event) => event.type);

  /** Goes away without a word, as a killed process does. */
  async function vanish(): Promise<void> {
    for (const { store } of open.splice(0)) await store.close();
  }

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-queue-"));
  });
  afterEach(async () => {
    for (const { queue, store } of open.splice(0)) {
      await queue.close();
      await store.close();
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  describe(`${name}: one job`, () => {
    it("is queued, described, painted, stored and told in order", async () => {
      const { engine, store, queue, events, settled } = await setUp();
      const job = await queue.enqueue(request({ extraPrompt: "more gold" }));
      expect(job).toMatchObject({ state: "queued", attempts: 0, variant: null });

      const caption = await engine.call(0);
      expect(caption.kind).toBe("describe");
      expect(await queue.get(job.id)).toMatchObject({ state: "captioning", attempts: 1, variant: "image-prompt" });
      caption.hooks.onText?.("blue");
      await caption.succeed("blue strokes");

      const painting = await engine.call(1);
      expect(painting.task).toMatchObject({
        variant: "image-prompt",
        description: "blue strokes",
        ownWords: ["more gold"],
        content: { path: store.files.path(job.request.content.sha256) },
        settings: { seed: 1, size: 64, strength: 0.6, steps: null },
      });
      painting.hooks.onProgress?.(1, 4);
      painting.hooks.onPreview?.("preview.jpg", 1, 4);
      await painting.succeed(Buffer.from("pixels"));

      const done = await settled(job);
      expect(done).toMatchObject({
        state: "done",
        attempts: 1,
        description: "blue strokes",
        describer: "scripted",
        result: { variant: "image-prompt", engine: "embedded", steps: 6, picture: { width: 64, height: 48 } },
        failure: null,
      });
      expect(await readFile(store.files.path(done.result!.picture.sha256), "utf8")).toBe("pixels");
      expect(await queue.get(job.id)).toEqual(done);
      expect(await store.jobs.get(job.id)).toEqual(done);
      expect(events.map(({ type }) => type)).toEqual([
        "queued",
        "started",
        "description",
        "description",
        "started",
        "progress",
        "preview",
        "done",
      ]);
      expect(events.slice(1, 6)).toMatchObject([
        { stage: "caption", attempt: 1 },
        { text: "blue", done: false },
        { text: "blue strokes", done: true },
        { stage: "stylize", attempt: 1 },
        { stage: "stylize", step: 1, steps: 4, etaSeconds: expect.any(Number) },
      ]);
    });

    it("leaves no previews behind", async () => {
      const { queue, settled } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      await queue.close();
      expect(await readdir(path.join(dataDir, "work"))).toEqual([]);
    });

    it("of the variant InST needs no description and waits for none", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const job = await queue.enqueue(request({ variant: "inst", extraPrompt: "gold" }));
      expect(await settled(job)).toMatchObject({ description: null, describer: null, result: { variant: "inst" } });
      expect(engine.calls.map(({ kind }) => kind)).toEqual(["stylize"]);
    });

    it("of the variant InST shows a description that is known anyway, and paints without it", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      const job = await settled(await queue.enqueue(request({ variant: "inst" })));
      expect(job.description).toBe("blue strokes");
      expect(engine.calls.at(-1)!.task).toMatchObject({ variant: "inst", description: null, ownWords: [] });
    });

    it("is described in the person's own words where they are given", async () => {
      const { engine, queue, events, settled } = await setUp({ engine: willing });
      const job = await settled(
        await queue.enqueue(request({ variant: "prompt", description: "  A woodcut ", extraPrompt: "in red" })),
      );
      expect(job).toMatchObject({ description: "A woodcut", describer: "user" });
      expect(engine.calls.map(({ kind }) => kind)).toEqual(["stylize"]);
      expect(engine.calls[0]!.task).toMatchObject({ description: null, ownWords: ["A woodcut", "in red"] });
      expect(events).toContainEqual(expect.objectContaining({ type: "description", done: true }));
    });
  });

  describe(`${name}: descriptions`, () => {
    it("are made once per style", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      await settled(await queue.enqueue(request()));
      const second = await settled(await queue.enqueue(request({ content: pictureRef("another") })));
      await settled(await queue.enqueue(request({ style: pictureRef("another style") })));
      expect(second).toMatchObject({ description: "blue strokes", result: { seconds: { caption: 0 } } });
      expect(engine.calls.filter(({ kind }) => kind === "describe")).toHaveLength(2);
    });

    it("of a rerun are the parent's, whatever describer is installed by now", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const parent = await settled(await queue.enqueue(request({ extraPrompt: "gold" })));
      engine.info = { ...engine.info!, describer: "newer" };
      const rerun = await settled(await queue.enqueue(request({ extraPrompt: "gold", parentId: parent.id, seed: 2 })));
      expect(rerun.description).toBe("blue strokes");
      expect(engine.calls.at(-1)!.task).toMatchObject({ description: "blue strokes", ownWords: ["gold"] });
      const edited = await settled(await queue.enqueue(request({ description: "A woodcut", parentId: parent.id })));
      const again = await settled(await queue.enqueue(request({ parentId: edited.id })));
      expect(again).toMatchObject({ description: "A woodcut", describer: "user" });
      expect(engine.calls.filter(({ kind }) => kind === "describe")).toHaveLength(1);
    });
  });

  describe(`${name}: the variant "auto"`, () => {
    const withFace = (prominent: boolean): ScriptedEngineOptions => ({
      onCall: (call) => void call.succeed(call.kind === "faces" ? { prominent, faces: [] } : undefined),
    });

    it("is the description alone where there is a prominent face, else both; and says why", async () => {
      const { queue, settled } = await setUp({ engine: withFace(true) });
      const face = await settled(await queue.enqueue(request({ variant: "auto" })));
      expect(face).toMatchObject({ variant: "prompt", variantReason: expect.stringContaining("face") });
      const other = await setUp({ engine: withFace(false) });
      const none = await other.settled(
        await other.queue.enqueue(request({ variant: "auto", content: pictureRef("landscape") })),
      );
      expect(none).toMatchObject({ variant: "image-prompt", variantReason: expect.stringContaining("no prominent") });
    });

    it("looks for faces once per picture", async () => {
      const { engine, queue, settled } = await setUp({ engine: withFace(true) });
      await settled(await queue.enqueue(request({ variant: "auto" })));
      await settled(await queue.enqueue(request({ variant: "auto" })));
      expect(engine.calls.filter(({ kind }) => kind === "faces")).toHaveLength(1);
    });

    it("is chosen without faces when they cannot be looked for", async () => {
      const { queue, settled } = await setUp({
        engine: {
          onCall: (call) =>
            call.kind === "faces"
              ? call.fail(new EngineError("gone", { retryable: true }))
              : void call.succeed(undefined),
        },
      });
      expect(await settled(await queue.enqueue(request({ variant: "auto" })))).toMatchObject({
        state: "done",
        attempts: 1,
        variant: "image-prompt",
      });
    });

    it("can be chosen by another chooser", async () => {
      const chooseVariant: ChooseVariant = (job, face) => ({
        variant: "inst",
        reason: `${job.request.userId} ${face?.source}`,
      });
      const { queue, settled } = await setUp({ engine: withFace(true), chooseVariant });
      const job = await settled(await queue.enqueue(request({ variant: "auto" })));
      expect(job).toMatchObject({ variant: "inst", variantReason: "anna detector" });
    });
  });

  describe(`${name}: order`, () => {
    const painted = (engine: ScriptedEngine): number[] =>
      engine.calls.map(({ task }) => (task as { settings: { seed: number } }).settings.seed);

    it("is first come, first served for one person", async () => {
      const { engine, queue, settled } = await setUp({ engine: willing });
      const jobs = [];
      for (let seed = 0; seed < 5; seed++) jobs.push(await queue.enqueue(request({ variant: "inst", seed })));
      await Promise.all(jobs.map(settled));
      expect(painted(engine)).toEqual([0, 1, 2, 3, 4]);
    });

    it("takes turns between people, whoever sent more", async () => {
      const { engine, queue, settled } = await setUp();
      const add = (userId: string, seed: number) => queue.enqueue(request({ variant: "inst", userId, seed }));
      const jobs = [await add("anna", 0), await add("anna", 1), await add("anna", 2), await add("anna", 3)];
      jobs.push(await add("ben", 10), await add("ben", 11), await add("cleo", 20));
      expect((await queue.snapshot()).jobs.map(({ request: { seed } }) => seed)).toEqual([0, 10, 20, 1, 11, 2, 3]);
      expect(await queue.place(jobs[0]!.id)).toMatchObject({ ahead: 0 });
      expect(await queue.place(jobs[4]!.id)).toMatchObject({ ahead: 0 });
      expect(await queue.place(jobs[1]!.id)).toMatchObject({ ahead: 2 });
      for (let n = 0; n < jobs.length; n++) await (await engine.call(n)).succeed();
      await Promise.all(jobs.map(settled));
      expect(painted(engine)).toEqual([0, 10, 20, 1, 11, 2, 3]);
    });

    it("lets nobody wait forever behind people who keep sending", async () => {
      const { engine, queue, settled } = await setUp();
      const add = (userId: string, seed: number) => queue.enqueue(request({ variant: "inst", userId, seed }));
      const patient = [await add("anna", 0), await add("anna", 1), await add("anna", 2)];
      for (let n = 0; n < 6; n++) {
        await add(`eager-${n % 2}`, 100 + n);
        await (await engine.call(n)).succeed();
      }
      await engine.call(6);
      expect(painted(engine)).toContain(2);
      for (let n = 6; n < 9; n++) await (await engine.call(n)).succeed();
      await Promise.all(patient.map(settled));
    });

    it("runs as many at once as it may", async () => {
      const { engine, queue, settled } = await setUp({ concurrency: 2 });
      const jobs = [];
      for (let seed = 0; seed < 3; seed++) jobs.push(await queue.enqueue(request({ variant: "inst", seed })));
      await engine.call(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(engine.calls).toHaveLength(2);
      expect(await queue.snapshot()).toMatchObject({ running: 2, waiting: 1 });
      await engine.calls[1]!.succeed();
      await (await engine.call(2)).succeed();
      await engine.calls[0]!.succeed();
      await Promise.all(jobs.map(settled));
    });

    it("describes the next picture while this one is painted, where the engine can", async () => {
      const { engine, queue, settled } = await setUp({ engine: { parallelStages: true } });
      const first = await queue.enqueue(request());
      const second = await queue.enqueue(request({ style: pictureRef("other style") }));
      await (await engine.call(0)).succeed();
      const [next, after] = [await engine.call(1), await engine.call(2)];
      expect([next.kind, after.kind].sort()).toEqual(["describe", "stylize"]);
      const [caption, painting] = next.kind === "describe" ? [next, after] : [after, next];
      await caption.succeed("second");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await queue.get(second.id)).toMatchObject({ state: "queued", description: "second", attempts: 1 });
      await painting.succeed();
      await (await engine.call(3)).succeed();
      expect(await settled(first)).toMatchObject({ state: "done", attempts: 1 });
      expect(await settled(second)).toMatchObject({ state: "done", attempts: 1 });
    });

    it("describes one after the other where the engine has one device", async () => {
      const { engine, queue } = await setUp();
      await queue.enqueue(request());
      await queue.enqueue(request({ style: pictureRef("other style") }));
      await (await engine.call(0)).succeed();
      expect((await engine.call(1)).kind).toBe("stylize");
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(engine.calls).toHaveLength(2);
    });
  });

  describe(`${name}: limits`, () => {
    it("are kept per person, also when two requests come at once, and the refusal says when to come back", async () => {
      const { engine, queue, settled } = await setUp({ perUser: 2 });
      const refused = await Promise.allSettled(
        [1, 2, 3].map((seed) => queue.enqueue(request({ variant: "inst", seed }))),
      );
      expect(refused.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      const { reason } = refused[2] as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(UserError);
      expect(reason).toMatchObject({
        identifier: "too-many-jobs-user",
        message: expect.stringMatching(
          /already have 2 pictures in the queue.*There will be room when one of them is done/,
        ),
      });
      await queue.enqueue(request({ variant: "inst", userId: "ben" }));
      const [first] = refused as PromiseFulfilledResult<Job>[];
      await (await engine.call(0)).succeed();
      await settled(first!.value);
      await queue.enqueue(request({ variant: "inst" }));
      await expect(queue.enqueue(request())).rejects.toThrow(
        /There will be room in less than a minute; try again then/,
      );
    });

    it("are kept per server", async () => {
      const { queue } = await setUp({ perGuild: 2 });
      await queue.enqueue(request({ userId: "a" }));
      await queue.enqueue(request({ userId: "b" }));
      await expect(queue.enqueue(request({ userId: "c" }))).rejects.toMatchObject({
        identifier: "too-many-jobs-guild",
      });
      await queue.enqueue(request({ userId: "c", guildId: "elsewhere" }));
      await queue.enqueue(request({ userId: "c", guildId: null }));
      expect((await queue.snapshot("guild")).jobs).toHaveLength(2);
      expect((await queue.snapshot(null)).jobs).toHaveLength(1);
      expect((await queue.snapshot()).jobs).toHaveLength(4);
    });
  });

  describe(`${name}: times`, () => {
    it("are foretold from earlier jobs, also by the next process", async () => {
      const first = await setUp({ engine: willing });
      expect(await first.queue.place("NOBODY")).toBeNull();
      await first.settled(await first.queue.enqueue(request({ variant: "inst" })));
      await vanish();
      const { queue } = await setUp();
      await queue.resume();
      await queue.enqueue(request({ variant: "inst" }));
      const waiting = await queue.enqueue(request({ variant: "inst" }));
      const place = (await queue.place(waiting.id))!;
      expect(place.startsAt).toEqual(expect.any(Number));
      expect(place.endsAt!).toBeGreaterThanOrEqual(place.startsAt!);
      expect(place.endsAt! - Date.now()).toBeLessThan(5000);
    });

    it("are left open while there is nothing to go by", async () => {
      const { queue } = await setUp();
      await queue.enqueue(request());
      const waiting = await queue.enqueue(request());
      expect(await queue.place(waiting.id)).toEqual({ ahead: 0, startsAt: null, endsAt: null });
    });
  });

  describe(`${name}: cancelling`, () => {
    it("takes a waiting job out", async () => {
      const { engine, queue, events, settled } = await setUp();
      const running = await queue.enqueue(request({ variant: "inst" }));
      const waiting = await queue.enqueue(request({ variant: "inst" }));
      expect(await queue.cancel(waiting.id)).toBe(true);
      expect(await queue.cancel(waiting.id)).toBe(false);
      await (await engine.call(0)).succeed();
      await settled(running);
      expect(await queue.get(waiting.id)).toMatchObject({ state: "cancelled", attempts: 0 });
      expect(tale(events, waiting)).toEqual(["queued", "cancelled"]);
      expect(engine.calls).toHaveLength(1);
    });

    it.each([
      ["captioning", 0],
      ["stylizing", 1],
    ] as const)("stops a job that is %s, and the next one runs", async (state, call) => {
      const { engine, queue, events, settled } = await setUp();
      const job = await queue.enqueue(request());
      const next = await queue.enqueue(request({ variant: "inst", seed: 7 }));
      for (let n = 0; n < call; n++) await (await engine.call(n)).succeed();
      const { hooks } = await engine.call(call);
      expect(await queue.get(job.id)).toMatchObject({ state });
      expect(await queue.cancel(job.id)).toBe(true);
      expect(hooks.signal?.aborted).toBe(true);
      hooks.onProgress?.(1, 2);
      hooks.onText?.("late");
      await (await engine.call(call + 1)).succeed();
      expect(await settled(next)).toMatchObject({ state: "done" });
      expect(await queue.get(job.id)).toMatchObject({ state: "cancelled", result: null, failure: null });
      expect(tale(events, job).at(-1)).toBe("cancelled");
      expect(tale(events, job).filter((type) => type === "cancelled")).toHaveLength(1);
    });

    it("comes too late for a job that is done, and for one that nobody knows", async () => {
      const { queue, settled } = await setUp({ engine: willing });
      const job = await settled(await queue.enqueue(request()));
      expect(await queue.cancel(job.id)).toBe(false);
      expect(await queue.cancel("NOBODY")).toBe(false);
    });
  });

  describe(`${name}: faults`, () => {
    const crash = () => new EngineError("the engine process was killed", { retryable: true });

    it("that may not come back are tried once more", async () => {
      const { engine, queue, events, settled } = await setUp();
      const job = await queue.enqueue(request());
      await (await engine.call(0)).succeed();
      (await engine.call(1)).fail(crash());
      const again = await engine.call(2);
      expect(again.kind).toBe("stylize");
      expect(await queue.get(job.id)).toMatchObject({ state: "stylizing", attempts: 2 });
      await again.succeed();
      expect(await settled(job)).toMatchObject({ state: "done", attempts: 2 });
      const starts = events.filter((event) => event.type === "started");
      expect(starts.map(({ stage, attempt }) => [stage, attempt])).toEqual([
        ["caption", 1],
        ["stylize", 1],
        ["stylize", 2],
      ]);
    });

    it("that come back fail the job in clear words, and the next one runs", async () => {
      const { engine, queue, settled } = await setUp();
      const job = await queue.enqueue(request());
      const next = await queue.enqueue(request({ variant: "inst" }));
      (await engine.call(0)).fail(crash());
      (await engine.call(1)).fail(crash());
      expect(await settled(job)).toMatchObject({
        state: "failed",
        attempts: 2,
        failure: expect.stringMatching(/broke down 2 times while working on this picture.*other jobs are not affected/),
      });
      await (await engine.call(2)).succeed();
      expect(await settled(next)).toMatchObject({ state: "done", attempts: 1 });
    });

    it.each([
      ["bad input", new UserError("bad-picture", "This picture is broken."), "This picture is broken."],
      ["no hope", new EngineError("Took longer than 2 minutes.", { retryable: false }), "Took longer than 2 minutes."],
      ["a bug", new TypeError("x is not a function"), "Something went wrong inside the bot. It has been logged"],
    ])("are not tried again when there is no point (%s)", async (_name, error, words) => {
      const { engine, queue, settled } = await setUp();
      const job = await queue.enqueue(request({ variant: "inst" }));
      (await engine.call(0)).fail(error);
      expect(await settled(job)).toMatchObject({
        state: "failed",
        attempts: 1,
        failure: expect.stringContaining(words),
      });
      expect(engine.calls).toHaveLength(1);
    });

    it("of a listener do not touch the job", async () => {
      const { queue, settled } = await setUp({ engine: willing });
      queue.subscribe(() => {
        throw new Error("listener");
      });
      expect(await settled(await queue.enqueue(request()))).toMatchObject({ state: "done" });
    });

    it("are not told to whoever stopped listening", async () => {
      const { queue, settled } = await setUp({ engine: willing });
      let told = 0;
      queue.subscribe(() => told++)();
      await settled(await queue.enqueue(request()));
      expect(told).toBe(0);
    });
  });

  describe(`${name}: the next process`, () => {
    it("runs what was left, in the old order, each once more, with the description it had", async () => {
      const first = await setUp();
      const jobs = [];
      for (let seed = 0; seed < 3; seed++) jobs.push(await first.queue.enqueue(request({ seed })));
      const ben = await first.queue.enqueue(request({ userId: "ben", seed: 9 }));
      await (await first.engine.call(0)).succeed("red");
      await first.engine.call(1);
      await vanish();

      const { engine, queue, events, settled } = await setUp({ engine: willing });
      await queue.resume();
      const done = await Promise.all([...jobs, ben].map(settled));
      expect(done.map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
      expect(done.map(({ attempts }) => attempts)).toEqual([2, 1, 1, 1]);
      expect(done.every(({ description }) => description === "red")).toBe(true);
      expect(
        engine.calls.map(
          ({ kind, task }) => kind === "stylize" && (task as { settings: { seed: number } }).settings.seed,
        ),
      ).toEqual([0, 9, 1, 2]);
      expect(events.filter(({ type }) => type === "queued").every((event) => "resumed" in event)).toBe(true);
    });

    it("does not start a job a third time", async () => {
      const first = await setUp();
      const job = await first.queue.enqueue(request());
      await first.engine.call(0);
      await vanish();
      const second = await setUp();
      await second.queue.resume();
      await second.engine.call(0);
      expect(await second.queue.get(job.id)).toMatchObject({ state: "captioning", attempts: 2 });
      await vanish();
      const { engine, queue, events } = await setUp({ engine: willing });
      await queue.resume();
      expect(await queue.get(job.id)).toMatchObject({
        state: "failed",
        failure: expect.stringMatching(/went down 2 times while working on this picture/),
      });
      expect(tale(events, job)).toEqual(["failed"]);
      expect(engine.calls).toHaveLength(0);
    });

    it("does not hold an orderly restart against a job", async () => {
      const first = await setUp();
      const job = await first.queue.enqueue(request());
      await first.engine.call(0);
      await first.queue.close();
      expect(await first.store.jobs.get(job.id)).toMatchObject({ state: "queued", attempts: 0 });
      await expect(first.queue.enqueue(request())).rejects.toMatchObject({ identifier: "going-down" });
      await vanish();
      const { queue, settled } = await setUp({ engine: willing });
      await queue.resume();
      expect(await settled(job)).toMatchObject({ state: "done", attempts: 1 });
    });

    it("serves newcomers after those who waited", async () => {
      const first = await setUp();
      for (let seed = 0; seed < 3; seed++) await first.queue.enqueue(request({ variant: "inst", seed }));
      await (await first.engine.call(0)).succeed();
      await (await first.engine.call(1)).succeed();
      await first.engine.call(2);
      await vanish();
      const { queue } = await setUp();
      await queue.resume();
      const late = await queue.enqueue(request({ variant: "inst", userId: "ben" }));
      expect((await queue.snapshot()).jobs.map(({ id }) => id).at(-1)).toBe(late.id);
    });
  });
}
