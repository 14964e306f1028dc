/** Jobs that somebody queues again or stops by hand, beside the queue (`atelier jobs`). */
import { describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { eraseJob } from "../../../src/store/erasing/erase-jobs.ts";
import { request } from "../requests.ts";
import { type QueueBench, tale } from "./bench.ts";

export function byHand({ setUp }: QueueBench): void {
  describe("what is changed by hand", () => {
    it("is noticed: a job that failed is queued again, one that runs is stopped", async () => {
      const { engine, queue, store, events, settled } = await setUp();
      await queue.resume();
      const job = await queue.enqueue(request({ variant: "inst" }));
      (await engine.call(0)).fail(new EngineError("broken", { retryable: false }));
      expect(await settled(job)).toMatchObject({ state: "failed" });
      expect(await store.jobDesk.retry(job.id)).toBeNull();
      const { hooks } = await engine.call(1);
      await expect.poll(() => tale(events, job).slice(-2)).toEqual(["queued", "started"]);
      expect(await store.jobDesk.cancel(job.id)).toBe(true);
      await expect.poll(() => hooks.signal?.aborted).toBe(true);
      await expect.poll(() => tale(events, job).at(-1)).toBe("cancelled");
    });

    it("is noticed of one that is gone altogether when somebody looks", async () => {
      const { engine, queue, store, events } = await setUp({ perUser: 1 });
      await queue.resume();
      const job = await queue.enqueue(request({ variant: "inst" }));
      const { hooks } = await engine.call(0);
      expect(await store.jobDesk.cancel(job.id)).toBe(true);
      expect(await eraseJob(store.db, job.id)).not.toBeNull();
      await expect.poll(() => hooks.signal?.aborted).toBe(true);
      await expect.poll(() => tale(events, job).at(-1)).toBe("cancelled");
      // Its place is free.
      expect(await queue.enqueue(request({ variant: "inst" }))).toMatchObject({ state: "queued" });
    });
  });
}
