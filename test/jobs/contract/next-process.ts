/** What an earlier process left. */

import { describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { request } from "../requests.ts";
import { type QueueBench, tale, willing } from "./bench.ts";

export function nextProcess({ setUp, vanish, takesOverFirst }: QueueBench): void {
  describe("the next process", () => {
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
      const painted = engine.calls.map(
        ({ kind, task }) => kind === "stylize" && (task as { settings: { seed: number } }).settings.seed,
      );
      expect(takesOverFirst ? painted : [0, ...painted.filter((seed) => seed !== 0)]).toEqual([0, 9, 1, 2]);
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
      await expect.poll(() => tale(events, job).at(-1)).toBe("failed");
      expect(await queue.get(job.id)).toMatchObject({
        state: "failed",
        failure: expect.stringMatching(/went down 2 times while working on this picture/),
      });
      if (takesOverFirst) expect(tale(events, job)).toEqual(["failed"]);
      expect(engine.calls).toHaveLength(0);
    });

    it("knows what an attempt met with that broke off before", async () => {
      const first = await setUp();
      const job = await first.queue.enqueue(request({ variant: "inst" }));
      (await first.engine.call(0)).fail(new EngineError("the engine process was killed", { retryable: true }));
      await first.engine.call(1);
      expect(await first.store.jobs.get(job.id)).toMatchObject({
        attempts: 2,
        lastFault: "the engine process was killed",
        failure: null,
      });
      await vanish();
      const { queue, store } = await setUp({ engine: willing });
      await queue.resume();
      await expect.poll(async () => (await store.jobs.get(job.id))!.state).toBe("failed");
      expect(await store.jobs.get(job.id)).toMatchObject({
        failure: expect.stringMatching(
          /bot went down while working on this picture, and the attempt before had broken off \(the engine process was/,
        ),
      });
    });

    it("does not hold an orderly restart against a job", async () => {
      const first = await setUp();
      const job = await first.queue.enqueue(request());
      await first.engine.call(0);
      await first.close();
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
