/** A long queue: what happens to one of them does not cost the more for the others. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { JobLine } from "../../../src/jobs/running/job-line.ts";
import { queueBench } from "../contract/bench.ts";
import { queuedJob, request } from "../requests.ts";
import { inProcess } from "./in-process.ts";

describe("the line of jobs", () => {
  it("is in order whatever is added and removed, and tells each job's place", () => {
    const turns = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(turns, (steps) => {
        const line = new JobLine<{ readonly turn: number; readonly job: ReturnType<typeof queuedJob> }>();
        const kept = [];
        for (const [turn, stays] of steps) {
          const standing = { turn, job: queuedJob() };
          line.add(standing);
          if (stays) kept.push(standing);
          else line.remove(standing);
        }
        const sorted = kept.toSorted((a, b) => a.turn - b.turn || (a.job.id < b.job.id ? -1 : 1));
        expect([...line]).toEqual(sorted);
        expect(sorted.map((standing) => line.ahead(standing))).toEqual([...sorted.keys()]);
        expect(sorted.map((_standing, n) => line.at(n))).toEqual(sorted);
      }),
    );
  });
});

describe("a long queue", () => {
  const bench = queueBench(inProcess);

  /** Processor time, microseconds, of telling one job's place, while jobs come, are painted and cancelled. */
  async function costOf(waiting: number): Promise<number> {
    const { engine, store, queue, settled } = await bench.setUp({ perGuild: 100_000 });
    const asked = (n: number) => ({ userId: `user ${n}`, guildId: "elsewhere", variant: "inst" }) as const;
    for (let n = 0; n < waiting; n++) await store.jobs.insert(queuedJob({}, asked(n)), 0);
    await queue.resume();
    let [places, microseconds] = [0, 0];
    for (let n = 0; n < 5; n++) {
      const job = await queue.enqueue(request({ variant: "inst" }));
      const { jobs } = await queue.snapshot();
      const before = process.cpuUsage();
      for (const { id } of jobs) places += (await queue.place(id)) ? 1 : 0;
      const { user, system } = process.cpuUsage(before);
      microseconds += user + system;
      await queue.cancel(job.id);
      await (await engine.call(n)).succeed();
      await settled(jobs[0]!);
    }
    await bench.vanish();
    return microseconds / places;
  }

  it("costs no more for each job than a short one", async () => {
    const short = await costOf(50);
    expect(await costOf(1000)).toBeLessThan(2 * short);
  });
});
