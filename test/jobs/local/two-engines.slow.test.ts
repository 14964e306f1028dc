/** Two real engines behind one queue: both paint at once, and one goes on when the other is gone. */
import { describe, expect, it } from "vitest";

import { readConfig } from "../../../src/config.ts";
import type { EnginePool } from "../../../src/engine/engine-pool.ts";
import { createEngine } from "../../../src/engine/index.ts";
import type { Job, JobRequest } from "../../../src/jobs/job.ts";
import { CONFIG } from "../../engine/settings.ts";
import { request } from "../requests.ts";
import { log, useEngineRoom } from "./engine-room.ts";

const room = useEngineRoom();

describe("the queue with two engines", () => {
  async function setUpTwo(): Promise<EnginePool> {
    const { CONCURRENCY, DEVICE } = readConfig({ DEVICE: "cpu,cpu" });
    const pool = createEngine({ ...CONFIG, DEVICE, CONCURRENCY }, log) as EnginePool;
    await room.open(pool, CONCURRENCY);
    return pool;
  }
  /** Queues a picture. Resolves when it is being painted. */
  async function painting(over: Partial<JobRequest> = {}): Promise<Job> {
    const begun = room.next(({ type, job }) => type === "progress" && job.request.userId === asked.userId);
    const asked = request({ ...room.pictures, variant: "inst", size: 192, ...over });
    const job = await room.queue.enqueue(asked);
    await begun;
    return job;
  }

  it("paints two pictures at once, and the same one whichever engine paints", async () => {
    const pool = await setUpTwo();
    expect(pool.info).toMatchObject({ device: "2 × cpu" });
    const first = await painting();
    process.kill(pool.pids[0]!, "SIGSTOP");
    const done = [
      await room.settled(await painting({ userId: "bert" })),
      await room.settled(await painting({ userId: "carl" })),
    ];
    expect((await room.queue.get(first.id))!.state, "stands still meanwhile").toBe("stylizing");
    process.kill(pool.pids[0]!, "SIGCONT");
    done.push(await room.settled(first));
    const pictures = done.map(({ state, attempts, result }) => [state, attempts, result?.picture.sha256]);
    expect(pictures).toEqual(done.map(() => ["done", 1, done[0]!.result!.picture.sha256]));
  });

  it("does a job again on the other when one of them is killed, which goes on with its own", async () => {
    const pool = await setUpTwo();
    const first = await painting();
    process.kill(pool.pids[0]!, "SIGSTOP");
    const second = await painting({ userId: "bert" });
    process.kill(pool.pids[0]!, "SIGKILL");
    expect(await room.settled(first)).toMatchObject({ state: "done", attempts: 2 });
    expect(await room.settled(second)).toMatchObject({ state: "done", attempts: 1 });
  });
});
