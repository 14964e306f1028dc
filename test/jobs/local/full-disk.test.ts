/** A disk that is full, database and all: what waits goes on by itself, what is stopped stops, nothing is lost. */
import { writeFileSync } from "node:fs";

import { sql } from "../../../src/store/kysely.ts";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import type { StylizeTask } from "../../../src/jobs/engine.ts";
import type { JobEvent } from "../../../src/jobs/events.ts";
import { createLocalQueue } from "../../../src/jobs/local/local-queue.ts";
import type { JobQueue } from "../../../src/jobs/queue.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { diskFiller, useTinyDisk } from "../../store/tiny-disk.ts";
import { pictureRef, request } from "../requests.ts";
import { ScriptedEngine } from "../scripted-engine.ts";

const disk = useTinyDisk("4m");

describe.skipIf(disk === null)("a disk that is full, database and all (needs mount)", () => {
  const { fill, makeRoom } = diskFiller(disk);
  let store: Store;
  let engine: ScriptedEngine;
  let queue: JobQueue;
  let events: JobEvent[];

  const tale = (): string[] => events.map((event) => (event.type === "held" ? `held ${event.by}` : event.type));
  const told = async (...events: string[]): Promise<void> => {
    await expect.poll(tale).toEqual(events);
  };
  const stateOf = async (id: string) => (await store.jobs.get(id))?.state;

  async function open(): Promise<void> {
    store = await openStore(disk!);
    engine = new ScriptedEngine();
    const config = { DATA_DIR: disk!, JOBS_PER_USER: 9, JOBS_PER_GUILD: 9, CONCURRENCY: 1 };
    queue = createLocalQueue({ engine, repositories: store, config, log: pino({ level: "silent" }) });
    events = [];
    queue.subscribe((event) => events.push(event));
  }

  beforeEach(open);
  afterEach(async () => {
    makeRoom();
    await queue.close();
    await store.close();
  });

  it("holds up a picture that was painted, and keeps it when there is room; new ones are refused in words", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    const painting = await engine.call(0);
    const bytes = Buffer.alloc(100_000, 7);
    // The engine's own file has its room already.
    writeFileSync((painting.task as StylizeTask).outputPath, bytes);
    fill();
    await expect(queue.enqueue(request())).rejects.toMatchObject({ identifier: "disk-full" });
    await painting.succeed(bytes);
    await told("queued", "started", "held full");
    expect(await queue.place(job.id)).toMatchObject({ ahead: 0 });

    makeRoom();
    await told("queued", "started", "held full", "held null", "done");
    const { state, attempts, result } = (await store.jobs.get(job.id))!;
    expect({ state, attempts }).toEqual({ state: "done", attempts: 1 });
    expect(await store.files.has(result!.picture.sha256)).toBe(true);
    expect((await sql`pragma integrity_check`.execute(store.db)).rows).toEqual([{ integrity_check: "ok" }]);
  });

  it("has a picture painted again that the engine could not write", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    const painting = await engine.call(0);
    fill();
    await painting.succeed(Buffer.alloc(100_000, 7)).catch((error: unknown) => painting.fail(error));
    await told("queued", "started", "held full");
    makeRoom();
    await (await engine.call(1)).succeed();
    await told("queued", "started", "held full", "held null", "started", "done");
    expect(await store.jobs.get(job.id)).toMatchObject({ state: "done", attempts: 1 });
  });

  it("does not freeze a job whose engine breaks down", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    const painting = await engine.call(0);
    fill();
    painting.fail(new EngineError("the engine process was killed", { retryable: true }));
    await told("queued", "started", "held full");
    makeRoom();
    await (await engine.call(1)).succeed();
    await told("queued", "started", "held full", "held null", "started", "done");
    expect(await store.jobs.get(job.id)).toMatchObject({ state: "done", attempts: 2 });
  });

  it("lets a failure be told once it is written down, and the next job run", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    const next = await queue.enqueue(request({ variant: "inst", style: pictureRef("other") }));
    const painting = await engine.call(0);
    fill();
    painting.fail(new EngineError("Took longer than 2 minutes.", { retryable: false }));
    await told("queued", "queued", "started", "held full");
    makeRoom();
    await (await engine.call(1)).succeed();
    await told("queued", "queued", "started", "held full", "held null", "failed", "started", "done");
    expect(await stateOf(job.id)).toBe("failed");
    expect(await stateOf(next.id)).toBe("done");
  });

  it("stops a job at once when somebody wants that, and writes it down later", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    await engine.call(0);
    fill();
    expect(await queue.cancel(job.id)).toBe(true);
    await told("queued", "started", "cancelled");
    expect(await queue.snapshot()).toMatchObject({ jobs: [] });
    makeRoom();
    await expect.poll(() => stateOf(job.id)).toBe("cancelled");
    await queue.enqueue(request({ variant: "inst" }));
    await (await engine.call(1)).succeed();
    await told("queued", "started", "cancelled", "queued", "started", "done");
  });

  it("does not keep a bot from starting, with a job that it ran before", async () => {
    const job = await queue.enqueue(request({ variant: "inst" }));
    await engine.call(0);
    await store.close();
    fill();
    await open();
    await queue.resume();
    await told("queued", "held full");
    expect(await queue.snapshot()).toMatchObject({ running: 0, waiting: 1 });
    makeRoom();
    await (await engine.call(0)).succeed();
    await told("queued", "held full", "held null", "started", "done");
    expect(await store.jobs.get(job.id)).toMatchObject({ state: "done", attempts: 2 });
  });
});
