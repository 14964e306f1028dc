/** What goes wrong, and how often it is tried. */

import { describe, expect, it } from "vitest";

import { EngineError, UserError } from "../../../src/errors.ts";
import { request } from "../requests.ts";
import { type QueueBench, willing } from "./bench.ts";

export function faults({ setUp }: QueueBench): void {
  describe("faults", () => {
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
}
