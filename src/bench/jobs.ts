/** Measurements of the queue and of the engine's process: what a user waits for before anything is painted. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

import sharp from "sharp";

import type { Config } from "../config.ts";
import { createEngine } from "../engine/index.ts";
import type { JobRequest, PictureRef } from "../jobs/job.ts";
import { createLocalQueue } from "../jobs/local/local-queue.ts";
import type { Logger } from "../log.ts";
import { openStore, type Store } from "../store/store.ts";

export interface JobsBenchOptions {
  /** Jobs that are queued, one waiting for the other, while the first is painted. */
  readonly jobs?: number;
  /** Long side of the picture that is painted, pixels. */
  readonly size?: number;
}

/** Milliseconds. */
export interface Distribution {
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface JobsBench {
  readonly storeOpenMs: number;
  readonly engineStartMs: number;
  /** From `enqueue` to its answer, when the job is on disk. */
  readonly enqueueMs: Distribution;
  /** From the first `enqueue` to the event that painting has begun. */
  readonly firstStartMs: number;
  /** From the first `enqueue` to the first preview's file. */
  readonly firstPreviewMs: number | null;
  readonly cancelMs: Distribution;
  /** How late a timer of this process fires while the engine paints and the queue takes jobs. */
  readonly loopLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly paintSeconds: number;
}

/** Interval of the timer whose lateness is measured, milliseconds. */
const RESOLUTION = 5;

/** Queues jobs in a store of its own while an engine paints the first one. */
export async function benchJobs(
  config: Config,
  log: Logger,
  { jobs = 100, size = 512 }: JobsBenchOptions = {},
): Promise<JobsBench> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-bench-"));
  const engine = createEngine(config, log);
  let store: Store | undefined;
  try {
    const [opened, storeOpenMs] = await timed(() => openStore(folder));
    store = opened;
    const [, engineStartMs] = await timed(() => engine.start());
    const limits = { JOBS_PER_USER: jobs + 1, JOBS_PER_GUILD: jobs + 1, CONCURRENCY: 1 };
    const queue = createLocalQueue({ engine, repositories: store, config: { DATA_DIR: folder, ...limits }, log });
    const request = await benchRequest(store, size);

    const began = performance.now();
    const seen: Partial<Record<string, number>> = {};
    const painted = new Promise<number>((resolve, reject) => {
      queue.subscribe(({ type, job }) => {
        seen[type] ??= performance.now() - began;
        if (type === "done") resolve(job.result!.seconds.stylize);
        if (type === "failed") reject(new Error(job.failure ?? "the job failed"));
      });
    });
    const lag = monitorEventLoopDelay({ resolution: RESOLUTION });
    lag.enable();
    const first = await timed(() => queue.enqueue(request));
    const enqueued = [first];
    for (let n = 1; n < jobs; n++) enqueued.push(await timed(() => queue.enqueue({ ...request, seed: n })));
    const cancelled: number[] = [];
    for (const [job] of enqueued.slice(1)) cancelled.push((await timed(() => queue.cancel(job.id)))[1]);
    const paintSeconds = await painted;
    lag.disable();
    await queue.close();

    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    return {
      storeOpenMs,
      engineStartMs,
      enqueueMs: distribution(enqueued.map(([, ms]) => ms)),
      firstStartMs: seen["started"]!,
      firstPreviewMs: seen["preview"] ?? null,
      cancelMs: distribution(cancelled),
      loopLagMs: { p50: late(lag.percentile(50)), p99: late(lag.percentile(99)), max: late(lag.max) },
      paintSeconds,
    };
  } finally {
    await engine.stop();
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A pair of pictures in the store, `size` pixels wide and high, and a request for InST on it. */
export async function benchRequest(store: Store, size: number): Promise<JobRequest> {
  const picture = async (hue: number): Promise<PictureRef> => {
    const waves = `<path d="M0 ${size / 2}q${size / 4} -${size / 3} ${size / 2} 0t${size / 2} 0" stroke="hsl(${hue + 120},70%,30%)" stroke-width="${size / 9}" fill="none"/>`;
    const svg = `<svg width="${size}" height="${size}"><rect width="100%" height="100%" fill="hsl(${hue},60%,60%)"/>${waves}</svg>`;
    const { sha256 } = await store.files.put(await sharp(Buffer.from(svg)).png().toBuffer());
    return { sha256, width: size, height: size, name: "bench.png", notes: [] };
  };
  return {
    userId: "bench",
    guildId: null,
    content: await picture(20),
    style: await picture(200),
    variant: "inst",
    description: null,
    extraPrompt: null,
    strength: 0.6,
    steps: null,
    guidance: null,
    seed: 0,
    size,
    stylePath: "auto",
    keepColors: false,
    speed: "normal",
    loras: [],
    parentId: null,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const value = await work();
  return [value, performance.now() - began];
}

function distribution(values: readonly number[]): Distribution {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95), max: at(1) };
}
