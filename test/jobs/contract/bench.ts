/** Queues over an engine that does as it is told and a data folder; a second queue over the same folder stands for the next process. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach } from "vitest";

import type { ChooseVariant } from "../../../src/jobs/choose-variant.ts";
import type { Engine } from "../../../src/jobs/engine.ts";
import type { JobEvent } from "../../../src/jobs/events.ts";
import type { Job } from "../../../src/jobs/job.ts";
import type { JobQueue } from "../../../src/jobs/queue.ts";
import { openStore, type Store } from "../../../src/store/store.ts";
import { ScriptedEngine, type ScriptedEngineOptions } from "../scripted-engine.ts";

interface QueueUnderTest {
  readonly engine: Engine;
  readonly store: Store;
  readonly dataDir: string;
  readonly concurrency: number;
  readonly perUser: number;
  readonly perGuild: number;
  readonly chooseVariant?: ChooseVariant;
}

export type MakeQueue = (parts: QueueUnderTest) => JobQueue;

type Making = Partial<Omit<QueueUnderTest, "engine" | "store" | "dataDir">> & { engine?: ScriptedEngineOptions };

interface Bench {
  readonly engine: ScriptedEngine;
  readonly store: Store;
  readonly queue: JobQueue;
  /** Everything the queue told. */
  readonly events: readonly JobEvent[];
  /** The job as it ended. */
  readonly settled: (job: Job) => Promise<Job>;
}

export interface QueueBench {
  /** A queue over the data folder. */
  readonly setUp: (making?: Making) => Promise<Bench>;
  /** Goes away without a word, as a killed process does. */
  readonly vanish: () => Promise<void>;
  /** The data folder of this test. */
  readonly folder: () => string;
}

/** Call within `describe`: each test gets a folder of its own, and what it opened is closed. */
export function queueBench(make: MakeQueue): QueueBench {
  let dataDir: string;
  const open: { queue: JobQueue; store: Store }[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-queue-"));
  });
  afterEach(async () => {
    for (const { queue, store } of open.splice(0)) {
      await queue.close();
      await store.close();
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  return {
    async setUp({ engine: script, ...settings } = {}) {
      const engine = new ScriptedEngine(script);
      const store = await openStore(dataDir);
      const queue = make({ concurrency: 1, perUser: 100, perGuild: 100, ...settings, engine, store, dataDir });
      const events: JobEvent[] = [];
      queue.subscribe((event) => events.push(event));
      open.push({ queue, store });
      const settled = (job: Job): Promise<Job> =>
        new Promise((resolve) => {
          const look = (event: JobEvent): void => {
            if (event.job.id === job.id && ["done", "failed", "cancelled"].includes(event.type)) resolve(event.job);
          };
          events.forEach(look);
          queue.subscribe(look);
        });
      return { engine, store, queue, events, settled };
    },

    async vanish() {
      for (const { store } of open.splice(0)) await store.close();
    },

    folder: () => dataDir,
  };
}

/** Answers every call at once. */
export const willing: ScriptedEngineOptions = {
  onCall: (call) => void call.succeed(call.kind === "faces" ? { prominent: false, faces: [] } : undefined),
};

/** The kinds of events that were told about a job. */
export const tale = (events: readonly JobEvent[], job: Job): string[] =>
  events.filter((event) => event.job.id === job.id).map((event) => event.type);
