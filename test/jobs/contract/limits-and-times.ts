/** How many jobs are taken, and when they will be done. */

import { describe, expect, it } from "vitest";

import { UserError } from "../../../src/errors.ts";
import type { Job } from "../../../src/jobs/job.ts";
import { request } from "../requests.ts";
import { type QueueBench, willing } from "./bench.ts";

export function limitsAndTimes({ setUp, vanish }: QueueBench): void {
  describe("limits", () => {
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
      const taken = (refused as PromiseFulfilledResult<Job>[]).slice(0, 2).map(({ value }) => value);
      await (await engine.call(0)).succeed();
      await Promise.race(taken.map(settled));
      await queue.enqueue(request({ variant: "inst" }));
      await expect(queue.enqueue(request())).rejects.toThrow(
        /There will be room in less than a minute; try again then/,
      );
    });

    it("count room that is kept for jobs to come, until they are there or given up", async () => {
      const { queue } = await setUp({ perUser: 3, perGuild: 4 });
      const [ann, ben] = [request({ userId: "ann" }), request({ userId: "ben" })];
      const kept = queue.reserve(ann, 2);
      await queue.enqueue(ann);
      const fault = { identifier: "too-many-jobs-user" };
      expect(() => queue.reserve(ann)).toThrow(expect.objectContaining(fault));
      await expect(queue.enqueue(ann)).rejects.toMatchObject(fault);
      await queue.enqueue(ann, kept);
      await queue.enqueue(ben);
      await expect(queue.enqueue(ben)).rejects.toMatchObject({ identifier: "too-many-jobs-guild" });
      kept.release();
      kept.release();
      await queue.enqueue(ben);
      await expect(queue.enqueue(ann, kept)).rejects.toThrow("This server already has 4 pictures");
      expect((await queue.snapshot()).jobs).toHaveLength(4);
    });

    it("say so when they never fit", async () => {
      const { queue } = await setUp({ perUser: 2 });
      expect(() => queue.reserve(request(), 3)).toThrow(
        "That makes 3 pictures at once, and one person may have 2 pictures in the queue. Whoever runs the bot can allow more.",
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

  describe("times", () => {
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
      const { engine, queue } = await setUp();
      await queue.enqueue(request());
      await engine.call(0);
      const waiting = await queue.enqueue(request());
      expect(await queue.place(waiting.id)).toEqual({ ahead: 0, startsAt: null, endsAt: null });
    });
  });
}
