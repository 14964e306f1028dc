/** Jobs that somebody stops. */

import { describe, expect, it, vi } from "vitest";

import { request } from "../requests.ts";
import { type QueueBench, tale, willing } from "./bench.ts";

export function cancelling({ setUp }: QueueBench): void {
  describe("cancelling", () => {
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
      await expect.poll(() => hooks.signal?.aborted).toBe(true);
      hooks.onNews?.({ type: "progress", step: 1, steps: 2 });
      hooks.onNews?.({ type: "text", text: "late" });
      await (await engine.call(call + 1)).succeed();
      expect(await settled(next)).toMatchObject({ state: "done" });
      expect(await queue.get(job.id)).toMatchObject({ state: "cancelled", result: null, failure: null });
      expect(tale(events, job).at(-1)).toBe("cancelled");
      expect(tale(events, job).filter((type) => type === "cancelled")).toHaveLength(1);
    });

    it("leaves no result of a job that ended meanwhile", async () => {
      const { engine, queue, store } = await setUp();
      const job = await queue.enqueue(request({ variant: "inst" }));
      const call = await engine.call(0);
      const put = vi.spyOn(store.files, "put");
      // Nobody has heard of it yet.
      expect(await store.jobs.transition(job.id, "cancelled", { settledAt: 1 })).not.toBeNull();
      await call.succeed();
      await expect.poll(() => put.mock.results.length).toBe(1);
      const { sha256 } = (await put.mock.results[0]!.value) as { readonly sha256: string };
      await expect.poll(() => store.files.has(sha256)).toBe(false);
      expect(await queue.get(job.id)).toMatchObject({ result: null });
    });

    it("comes too late for a job that is done, and for one that nobody knows", async () => {
      const { queue, settled } = await setUp({ engine: willing });
      const job = await settled(await queue.enqueue(request()));
      expect(await queue.cancel(job.id)).toBe(false);
      expect(await queue.cancel("NOBODY")).toBe(false);
    });
  });
}
