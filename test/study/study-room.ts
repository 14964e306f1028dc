/** Folders of small pictures for studies, and a queue over an engine whose answers the test decides. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import pino from "pino";
import sharp from "sharp";
import { afterEach, beforeEach } from "vitest";

import { createLocalQueue } from "../../src/jobs/local/local-queue.ts";
import { createLocalTasks } from "../../src/jobs/local/local-tasks.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import type { Manifest } from "../../src/study/manifest.ts";
import { prepareStudy, type StudyOrder } from "../../src/study/prepare-study.ts";
import { runStudy, type StudyHooks } from "../../src/study/run-study.ts";
import { type Call, ScriptedEngine } from "../jobs/scripted-engine.ts";

export interface StudyRoom {
  /** Of the test that runs. */
  readonly folder: string;
  readonly order: (over?: Partial<StudyOrder>) => StudyOrder;
  /** Writes a PNG of one colour with a line across, under `folder`. */
  readonly draw: (file: string, colour: string) => Promise<void>;
  /** Prepares and runs; the engine does at once what `answer` says. */
  readonly run: (
    order: StudyOrder,
    answer?: (call: Call, n: number) => void,
    hooks?: Partial<StudyHooks>,
    atelier?: string,
  ) => Promise<{ readonly manifest: Manifest; readonly engine: ScriptedEngine }>;
}

const log = pino({ level: "silent" });
const NO_FACES = { prominent: false, faces: [] };

/** Lets every call succeed. */
export const succeed = (call: Call): void => void call.succeed(call.kind === "faces" ? NO_FACES : undefined);

/** Call once in a test file: two contents and two styles, for each test anew. */
export function useStudyRoom(): StudyRoom {
  const room = {} as { -readonly [K in keyof StudyRoom]: StudyRoom[K] };
  room.draw = async (file, colour) => {
    const svg = `<svg width="48" height="40"><rect width="48" height="40" fill="${colour}"/><path d="M0 0L48 40" stroke="#000"/></svg>`;
    await mkdir(path.dirname(path.join(room.folder, file)), { recursive: true });
    await writeFile(path.join(room.folder, file), await sharp(Buffer.from(svg)).png().toBuffer());
  };
  room.order = (over = {}) => ({
    contents: path.join(room.folder, "contents"),
    styles: path.join(room.folder, "styles"),
    out: path.join(room.folder, "out"),
    pairs: "all",
    variants: ["inst", "image-prompt", "prompt"],
    paths: [],
    controls: false,
    seeds: [1],
    settings: { size: 64, strength: 0.6, steps: null, guidance: null, learnSteps: null },
    ...over,
  });
  room.run = async (order, answer = succeed, hooks = {}, atelier = "1.0.0") => {
    const study = await prepareStudy(order);
    const engine = new ScriptedEngine({ onCall: answer });
    const store = await openStore(path.join(order.out, "data"));
    const config = { DATA_DIR: path.join(order.out, "data"), JOBS_PER_USER: 99, JOBS_PER_GUILD: 99, CONCURRENCY: 1 };
    const tasks = createLocalTasks({ engine, files: store.files, dataDir: config.DATA_DIR });
    const queue = createLocalQueue({ engine, tasks, repositories: store, config, log });
    const about = {
      atelier,
      engine: { parts: "both", precision: "auto", stepCache: "off" },
      machine: { node: "v20", platform: "linux x64" },
      weights: [],
    } as const;
    const parts = {
      repositories: store as Store,
      studio: async () => ({ info: engine.info!, queue, tasks, concurrency: 1 }),
      about: { ...about, weights: [] },
    };
    try {
      const signal = new AbortController().signal;
      return { manifest: await runStudy(study, parts, { signal, ...hooks }), engine };
    } finally {
      await tasks.close();
      await queue.close();
      await store.close();
    }
  };
  beforeEach(async () => {
    room.folder = await mkdtemp(path.join(os.tmpdir(), "atelier-study-"));
    await room.draw("contents/cat.png", "#f00");
    await room.draw("contents/dog.png", "#0f0");
    await room.draw("styles/ink.png", "#00f");
    await room.draw("styles/oil.png", "#ff0");
  });
  afterEach(() => rm(room.folder, { recursive: true, force: true }));
  return room;
}
