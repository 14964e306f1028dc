/** What jobs want that is not there: an engine that can, or a queue's server that remembers them. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Redis } from "ioredis";
import { describe, expect, inject, it } from "vitest";

import { choosePaperVariant } from "../../src/jobs/choose-variant.ts";
import { createLocalTasks } from "../../src/jobs/local/local-tasks.ts";
import { connect } from "../../src/jobs/remote/connection.ts";
import { PaintWork } from "../../src/jobs/remote/paint-work.ts";
import { Presence } from "../../src/jobs/remote/presence.ts";
import { createRemoteQueue } from "../../src/jobs/remote/remote-queue.ts";
import { createLogger } from "../../src/log.ts";
import { openStore } from "../../src/store/store.ts";
import { request } from "../jobs/requests.ts";
import { ScriptedEngine } from "../jobs/scripted-engine.ts";
import { newDatabase } from "./new-database.ts";
import { startRedis } from "./redis-server.ts";
import type { TestServer } from "./test-server.ts";

const postgres = inject("postgres");
const hasRedis = inject("redis") !== null;
const log = createLogger("silent");
const times = { lockMs: 1500, checkMs: 500 };

/** A bot's queue and one worker, whose engine does as it is told. @param server of the queue; `null`: the database's */
async function setUp(server: TestServer | null) {
  const { url } = await newDatabase(postgres!);
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-wanting-"));
  const store = await openStore(folder, url);
  const exchanges = await Promise.all([3, 2].map((connections) => connect(server?.url ?? url, { log, connections })));
  const config = { DATA_DIR: folder, JOBS_PER_USER: 9, JOBS_PER_GUILD: 9 };
  const queue = createRemoteQueue({ exchange: exchanges[0]!, repositories: store, config, log, sweepMs: 200 });
  const engine = new ScriptedEngine();
  const name = "worker";
  const tasks = createLocalTasks({ engine, files: store.files, dataDir: folder });
  const common = {
    engine,
    tasks,
    repositories: store,
    chooseVariant: choosePaperVariant,
    folder,
    name,
    concurrency: 2,
  };
  const work = new PaintWork({ ...common, exchange: exchanges[1]!, times, log });
  const report = { name, capabilities: ["paint"], info: engine.info!, concurrency: 2 };
  const presence = new Presence({ workers: store.workers, report, works: [work], log });
  await queue.resume();
  return {
    queue,
    engine,
    store,
    begin: () => Promise.all([presence.start(), work.start()]),
    /** What it says every ten seconds. */
    say: () => store.workers.report({ ...report, protocol: 1, busy: work.jobs.length, jobs: work.jobs }),
    async close() {
      await work.close();
      await presence.close();
      await queue.close();
      for (const exchange of exchanges) await exchange.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(postgres === null)("a job that nobody can paint who is there", () => {
  it("waits, says for what, and is painted when somebody can", async () => {
    const rig = await setUp(null);
    const { queue, engine } = rig;
    const lora = await queue.enqueue(request({ variant: "inst", loras: [{ name: "ink", weight: 1 }] }));
    expect(await queue.place(lora.id)).toMatchObject({ lacks: "worker", startsAt: null });
    await rig.begin();
    await expect.poll(() => queue.place(lora.id)).toMatchObject({ lacks: "diffusion" });
    const plain = await queue.enqueue(request({ variant: "inst" }));
    await (await engine.call(0)).succeed();
    await expect.poll(async () => (await queue.get(plain.id))?.state).toBe("done");
    expect(await queue.get(lora.id)).toMatchObject({ state: "queued", attempts: 0 });
    engine.info = { ...engine.info!, stylizer: "diffusion" };
    await (await engine.call(1)).succeed();
    await expect.poll(async () => (await queue.get(lora.id))?.state).toBe("done");
    await rig.close();
  });
});

describe.skipIf(postgres === null || !hasRedis)("a Redis server that loses all it knew", () => {
  it("makes no job fail that is painted meanwhile, and none that waits get lost", async () => {
    const server = await startRedis();
    const rig = await setUp(server);
    const { queue, engine } = rig;
    await rig.begin();
    const jobs = await Promise.all([1, 2, 3].map((seed) => queue.enqueue(request({ variant: "inst", seed }))));
    const running = [await engine.call(0), await engine.call(1)];
    await rig.say();
    const redis = new Redis(server.url);
    await redis.flushall();
    // What waits is handed out again. That nothing else is shows only when the locks would have been over.
    await expect.poll(() => redis.dbsize()).toBeGreaterThan(0);
    await sleep(2 * times.lockMs);
    expect(running.map(({ over }) => over)).toEqual([false, false]);
    for (const call of running) await call.succeed();
    await (await engine.call(2)).succeed();
    for (const { id } of jobs)
      await expect.poll(async () => await queue.get(id)).toMatchObject({ state: "done", attempts: 1 });
    redis.disconnect();
    await rig.close();
    await server.remove();
  });
});
