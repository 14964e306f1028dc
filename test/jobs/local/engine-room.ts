/** What tests of the queue with real engines share: a store with two pictures, and what the queue told. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import sharp from "sharp";
import { afterEach, beforeEach } from "vitest";

import type { Engine } from "../../../src/jobs/engine.ts";
import type { JobEvent } from "../../../src/jobs/events.ts";
import type { Job, PictureRef } from "../../../src/jobs/job.ts";
import { createLocalQueue } from "../../../src/jobs/local/local-queue.ts";
import type { JobQueue } from "../../../src/jobs/queue.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { DRAWINGS } from "../../engine/settings.ts";

export const log = pino({ level: "silent" });

/** Of the test that runs. */
export interface EngineRoom {
  readonly dataDir: string;
  readonly store: Store;
  readonly pictures: { readonly content: PictureRef; readonly style: PictureRef };
  /** Once it is open. */
  readonly queue: JobQueue;
  readonly events: JobEvent[];
  /** Starts an engine, which ends with the test, and a queue over it. */
  open(engine: Engine, concurrency: number): Promise<void>;
  /** Resolves with the next event that is looked for; the listener is there at once. */
  next(wanted: (event: JobEvent) => boolean): Promise<JobEvent>;
  /** Resolves with a job that is settled. */
  settled(job: Job): Promise<Job>;
}

const ENDS = new Set(["done", "failed", "cancelled"]);

/** Call once in a test file. */
export function useEngineRoom(): EngineRoom {
  const room = {} as { -readonly [K in keyof EngineRoom]: EngineRoom[K] };
  let engine: Engine;

  room.open = async (given, CONCURRENCY) => {
    engine = given;
    await engine.start();
    const config = { DATA_DIR: room.dataDir, JOBS_PER_USER: 10, JOBS_PER_GUILD: 10, CONCURRENCY };
    room.queue = createLocalQueue({ engine, repositories: room.store, config, log });
    room.queue.subscribe((event) => room.events.push(event));
  };
  room.next = (wanted) =>
    new Promise((resolve) => {
      const stop = room.queue.subscribe((event) => {
        if (!wanted(event)) return;
        stop();
        resolve(event);
      });
    });
  room.settled = async ({ id }) => {
    const isEnd = ({ job, type }: JobEvent): boolean => job.id === id && ENDS.has(type);
    return (room.events.find(isEnd) ?? (await room.next(isEnd))).job;
  };

  beforeEach(async () => {
    room.dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-jobs-"));
    const store = await openStore(room.dataDir);
    room.store = store;
    room.events = [];
    const stored = async (name: keyof typeof DRAWINGS, [width, height]: readonly [number, number]) => {
      const { sha256 } = await store.files.put(await sharp(Buffer.from(DRAWINGS[name])).png().toBuffer());
      return { sha256, width, height, name: `${name}.png`, notes: [] };
    };
    room.pictures = { content: await stored("content", [96, 64]), style: await stored("style", [80, 80]) };
  });
  afterEach(async () => {
    await room.queue.close();
    await engine.stop();
    await room.store.close();
    await rm(room.dataDir, { recursive: true, force: true });
  });
  return room;
}
