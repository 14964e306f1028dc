import { mkdirSync, symlinkSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { sql } from "../../../src/store/kysely.ts";
import pino from "pino";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { EngineSupervisor } from "../../../src/engine/supervisor.ts";
import type { JobEvent } from "../../../src/jobs/events.ts";
import type { Job, PictureRef } from "../../../src/jobs/job.ts";
import { createLocalQueue } from "../../../src/jobs/local/local-queue.ts";
import type { JobQueue } from "../../../src/jobs/queue.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { CHILD, CONFIG, DRAWINGS, ODD } from "../../engine/settings.ts";
import { request } from "../requests.ts";

// Several processes are started one after the other; a busy machine takes seconds for each.
const log = pino({ level: "silent" });
let dataDir: string;
let store: Store;
let engine: EngineSupervisor;
let queue: JobQueue;
let events: JobEvent[];
let content: PictureRef;
let style: PictureRef;

async function setUp(module: string, fault = "auto"): Promise<void> {
  engine = new EngineSupervisor(module, { ...CONFIG, CAPTIONER: fault }, log, async () => "cpu");
  await engine.start();
  const config = { DATA_DIR: dataDir, JOBS_PER_USER: 10, JOBS_PER_GUILD: 10, CONCURRENCY: 1 };
  queue = createLocalQueue({ engine, repositories: store, config, log });
  queue.subscribe((event) => events.push(event));
}

/** Resolves with the next event that is looked for; the listener is there at once. */
const next = (wanted: (event: JobEvent) => boolean): Promise<JobEvent> =>
  new Promise((resolve) => {
    const stop = queue.subscribe((event) => {
      if (!wanted(event)) return;
      stop();
      resolve(event);
    });
  });

const settled = async (job: Job): Promise<Job> => {
  const ends = new Set(["done", "failed", "cancelled"]);
  const known = events.find((event) => event.job.id === job.id && ends.has(event.type));
  return (known ?? (await next((event) => event.job.id === job.id && ends.has(event.type)))).job;
};

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-jobs-"));
  store = await openStore(dataDir);
  events = [];
  const stored = async (name: keyof typeof DRAWINGS, [width, height]: readonly [number, number]) => {
    const { sha256 } = await store.files.put(await sharp(Buffer.from(DRAWINGS[name])).png().toBuffer());
    return { sha256, width, height, name: `${name}.png`, notes: [] };
  };
  content = await stored("content", [96, 64]);
  style = await stored("style", [80, 80]);
});
afterEach(async () => {
  await queue.close();
  await engine.stop();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe("the queue with the embedded engine", () => {
  it("finds no face, chooses, describes, paints, and keeps the result", async () => {
    await setUp(CHILD);
    const job = await settled(await queue.enqueue(request({ content, style, variant: "auto", size: 96 })));
    expect(job).toMatchObject({ state: "done", variant: "image-prompt", describer: "palette-4", attempts: 1 });
    expect(job.variantReason).toContain("no prominent face");
    const { picture, seconds } = job.result!;
    expect(await sharp(await store.files.local(picture.sha256)).metadata()).toMatchObject({ width: 96, height: 64 });
    expect(picture).toMatchObject({ width: 96, height: 64 });
    expect(seconds.total).toBeGreaterThanOrEqual(seconds.stylize);
    expect(events.some(({ type }) => type === "preview")).toBe(true);
    await expect.poll(() => readdir(path.join(dataDir, "work"))).toEqual([]);
  });

  it("does a job again when its engine is killed while it paints", async () => {
    await setUp(CHILD);
    const painting = next(({ type }) => type === "progress");
    const job = await queue.enqueue(request({ content, style, variant: "inst", size: 256 }));
    await painting;
    process.kill(engine.pid!, "SIGKILL");
    expect(await settled(job)).toMatchObject({ state: "done", attempts: 2 });
  });
});

describe("the queue with an engine that misbehaves", () => {
  it("does a job again when its engine is killed while it describes, then without that describer", async () => {
    await setUp(ODD, "describe-linger");
    const describing = next(({ type }) => type === "description");
    const job = await queue.enqueue(request({ content, style }));
    await describing;
    process.kill(engine.pid!, "SIGKILL");
    expect(await settled(job)).toMatchObject({ state: "done", attempts: 2, describer: "simple" });
  });

  it("gives up a job that kills the engine twice, and does the next one", async () => {
    await setUp(ODD);
    const killer = await queue.enqueue(request({ content, style, description: "die" }));
    const good = await queue.enqueue(request({ content, style, description: "calm" }));
    expect(await settled(killer)).toMatchObject({
      state: "failed",
      attempts: 2,
      failure: expect.stringMatching(/engine broke down 2 times.*killed \(SIGKILL/),
    });
    expect(await settled(good)).toMatchObject({ state: "done", attempts: 1 });
  });

  it("cancels a job in the middle of painting, and the engine lives on", async () => {
    await setUp(ODD);
    const { pid } = engine;
    const painting = next(({ type }) => type === "started");
    const job = await queue.enqueue(request({ content, style, description: "linger" }));
    await painting;
    expect(await queue.cancel(job.id)).toBe(true);
    expect(await settled(job)).toMatchObject({ state: "cancelled" });
    expect(await settled(await queue.enqueue(request({ content, style, description: "calm" })))).toMatchObject({
      state: "done",
    });
    expect(engine.pid).toBe(pid);
  });

  it.skipIf(process.platform !== "linux")(
    "fails a job cleanly when the disk is full, and does the next one",
    async () => {
      await setUp(ODD);
      const stop = queue.subscribe(({ type, job }) => {
        if (type !== "queued") return;
        mkdirSync(path.join(dataDir, "work", job.id), { recursive: true });
        symlinkSync("/dev/full", path.join(dataDir, "work", job.id, "result.png"));
      });
      const job = await settled(await queue.enqueue(request({ content, style, description: "calm" })));
      expect(job).toMatchObject({ state: "failed", attempts: 1, failure: expect.stringContaining("disk is full") });
      stop();
      expect((await sql`pragma integrity_check`.execute(store.db)).rows).toEqual([{ integrity_check: "ok" }]);
      expect(await settled(await queue.enqueue(request({ content, style, description: "calm" })))).toMatchObject({
        state: "done",
      });
    },
  );
});
