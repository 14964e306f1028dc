/** Queues over an engine that does as it is told and a data folder; a second queue over the same folder stands for the next process. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect } from "vitest";

import type { ChooseVariant } from "../../../src/jobs/choose-variant.ts";
import type { Engine } from "../../../src/jobs/engine.ts";
import type { JobEvent } from "../../../src/jobs/events.ts";
import type { Job } from "../../../src/jobs/job.ts";
import type { JobQueue } from "../../../src/jobs/queue.ts";
import type { Store } from "../../../src/store/store.ts";
import { ScriptedEngine, type ScriptedEngineOptions } from "../scripted-engine.ts";

interface QueueParts {
  readonly engine: Engine;
  readonly store: Store;
  readonly dataDir: string;
  readonly concurrency: number;
  readonly perUser: number;
  readonly perGuild: number;
  readonly chooseVariant?: ChooseVariant;
}

/** A queue and whatever runs its jobs. */
interface QueueUnderTest {
  readonly queue: JobQueue;
  /** Goes down in good order. */
  close(): Promise<void>;
  /** Goes away without a word, as killed processes do, before their store is closed. Default: nothing of it is heard again. */
  vanish?(): Promise<void>;
}

/** An adapter of the port, and the store that it works over. */
export interface Adapter {
  /** Store of a test, which is told apart by its folder. */
  readonly openStore: (dataDir: string) => Promise<Store>;
  readonly make: (parts: QueueParts) => QueueUnderTest | Promise<QueueUnderTest>;
  /** Whether what a process left is taken up before all else, or when others may be sure that it is gone. */
  readonly takesOverFirst: boolean;
}

type Making = Partial<Omit<QueueParts, "engine" | "store" | "dataDir">> & { engine?: ScriptedEngineOptions };

interface Bench {
  readonly engine: ScriptedEngine;
  readonly store: Store;
  readonly queue: JobQueue;
  /** Everything the queue told. */
  readonly events: readonly JobEvent[];
  /** Goes down in good order: the queue, and whatever runs its jobs. */
  readonly close: () => Promise<void>;
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
  readonly takesOverFirst: boolean;
}

/** Call within `describe`: each test gets a folder of its own, and what it opened is closed. */
export function queueBench({ openStore, make, takesOverFirst }: Adapter): QueueBench {
  let dataDir: string;
  const open: { tested: QueueUnderTest; store: Store }[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "atelier-queue-"));
  });
  afterEach(async () => {
    for (const { tested, store } of open.splice(0)) {
      await tested.close();
      await store.close();
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  return {
    async setUp({ engine: script, ...settings } = {}) {
      const engine = new ScriptedEngine(script);
      const store = await openStore(dataDir);
      const tested = await make({ concurrency: 1, perUser: 100, perGuild: 100, ...settings, engine, store, dataDir });
      const { queue } = tested;
      const events: JobEvent[] = [];
      queue.subscribe((event) => events.push(event));
      open.push({ tested, store });
      const settled = (job: Job): Promise<Job> =>
        new Promise((resolve) => {
          const look = (event: JobEvent): void => {
            if (event.job.id === job.id && ["done", "failed", "cancelled"].includes(event.type)) resolve(event.job);
          };
          events.forEach(look);
          queue.subscribe(look);
        });
      return { engine, store, queue, events, settled, close: () => tested.close() };
    },

    async vanish() {
      for (const { tested, store } of open.splice(0)) {
        await tested.vanish?.();
        await store.close();
      }
    },

    folder: () => dataDir,
    takesOverFirst,
  };
}

/** Answers every call at once. */
export const willing: ScriptedEngineOptions = {
  onCall: (call) => void call.succeed(call.kind === "faces" ? { prominent: false, faces: [] } : undefined),
};

/** The kinds of events that were told about a job. */
export const tale = (events: readonly JobEvent[], job: Job): string[] =>
  events.filter((event) => event.job.id === job.id).map((event) => event.type);

/** Resolves when such an event was told. What comes meanwhile may take its place, or end the job before, where news are slow. */
export async function told(events: readonly JobEvent[], type: JobEvent["type"]): Promise<void> {
  await expect.poll(() => events.map((event) => event.type)).toContain(type);
}
