/** Faults between machines, over real servers and processes: `npm run faults` does many more, and those of Redis. */
import { describe, expect, inject, it } from "vitest";

import { openStore } from "../../src/store/store.ts";
import { queuedJob } from "../jobs/requests.ts";
import { runFaults } from "./faults/run.ts";
import { newDatabase } from "./new-database.ts";

const postgres = inject("postgres");

const RACES = 200;
const FEW = { faults: 5, jobs: 20, seed: 14 };

describe.skipIf(postgres === null)("faults between machines", () => {
  it("lose no job of a queue in PostgreSQL, and settle none twice", async () => {
    expect(await runFaults({ ...FEW, server: "postgres" })).toMatchObject({ violations: [] });
  });
});

describe.skipIf(postgres === null)("two at once over connections of their own", () => {
  /** Jobs that are painted, and who was in time of two: the first one's answer counts. */
  async function race(second: "cancelled" | "done") {
    const { url } = await newDatabase(postgres!);
    const stores = await Promise.all([openStore("unused", url), openStore("unused", url)]);
    const won = { first: 0, second: 0, both: 0, nobody: 0 };
    for (let n = 0; n < RACES; n++) {
      const job = queuedJob();
      await stores[0]!.jobs.insert(job, n);
      const { lease } = (await stores[0]!.jobs.claim(job.id, "the one"))!;
      await stores[0]!.jobs.transition(job.id, "stylizing", {}, lease);
      const done = () => stores[0]!.jobs.transition(job.id, "done", {}, lease);
      // Who has the same lease is let in as well, but not twice; a cancel needs none.
      const other = () => stores[1]!.jobs.transition(job.id, second, {}, second === "done" ? lease : undefined);
      const [a, b] =
        n % 2 === 0 ? await Promise.all([done(), other()]) : (await Promise.all([other(), done()])).reverse();
      won[a ? (b ? "both" : "first") : b ? "second" : "nobody"]++;
      expect((await stores[1]!.jobs.get(job.id))!.state).toBe(a ? "done" : second);
    }
    for (const store of stores) await store.close();
    return won;
  }

  it("have exactly one winner of done against cancel, 200 times", async () => {
    const won = await race("cancelled");
    expect({ both: won.both, nobody: won.nobody, all: won.first + won.second }).toEqual({
      both: 0,
      nobody: 0,
      all: RACES,
    });
  });

  it("have exactly one winner of two workers with one lease, 200 times", async () => {
    const won = await race("done");
    expect({ both: won.both, nobody: won.nobody, all: won.first + won.second }).toEqual({
      both: 0,
      nobody: 0,
      all: RACES,
    });
  });

  it("write nothing as done with a lease that somebody else has taken over", async () => {
    const { url } = await newDatabase(postgres!);
    const store = await openStore("unused", url);
    const { jobs } = store;
    const job = queuedJob();
    await jobs.insert(job, 1);
    const first = (await jobs.claim(job.id, "first"))!;
    const second = (await jobs.claim(job.id, "second"))!;
    await jobs.transition(job.id, "stylizing", {}, second.lease);
    expect(await jobs.transition(job.id, "done", {}, first.lease)).toBeNull();
    expect(await jobs.transition(job.id, "done", {}, second.lease)).toMatchObject({ state: "done" });
    await store.close();
  });
});
