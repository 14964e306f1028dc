/** What a study works with: a store of its own, the queue that the bot has, and engines of this machine or workers. */
import { mkdir } from "node:fs/promises";
import path from "node:path";

import { CATALOGUE } from "../checkpoints/catalogue.ts";
import { CheckpointStore } from "../checkpoints/checkpoint-folder.ts";
import type { Config } from "../config.ts";
import { createEngine } from "../engine/index.ts";
import { UserError } from "../errors.ts";
import { createLocalQueue } from "../jobs/local/local-queue.ts";
import { createLocalTasks } from "../jobs/local/local-tasks.ts";
import { createLogger } from "../log.ts";
import { lockFolder } from "../store/folder-lock.ts";
import { openStore } from "../store/store.ts";
import { thisMachine } from "../this-machine.ts";
import { DATA_FOLDER, type Manifest } from "../study/manifest.ts";
import type { Studio, StudyParts } from "../study/run-study.ts";
import type { Undo } from "../undo.ts";
import { VERSION } from "../version.ts";

/** One person asks for all of it. */
const NO_LIMIT = { JOBS_PER_USER: Infinity, JOBS_PER_GUILD: Infinity };

/**
 * Lends `work` what a study needs, and closes all of it whatever happens.
 *
 * @param out the study's folder
 * @throws UserError where another run is at work in it
 */
export async function withStudio<T>(config: Config, out: string, work: (parts: StudyParts) => Promise<T>): Promise<T> {
  const DATA_DIR = path.join(out, DATA_FOLDER);
  await mkdir(DATA_DIR, { recursive: true });
  const lock = lockStudy(DATA_DIR, out);
  const undo: Undo = [() => lock.release()];
  try {
    // A terminal wants the result, not the log: warnings only, unless asked for.
    const log = createLogger(process.env["LOG_LEVEL"] ? config.LOG_LEVEL : "error");
    const store = await openStore(DATA_DIR);
    undo.push(() => store.close());
    const open = async (own: Config): Promise<Studio> => {
      const engine = createEngine(own, log);
      undo.push(() => engine.stop());
      const info = await engine.start();
      const tasks = createLocalTasks({ engine, files: store.files, dataDir: DATA_DIR });
      const queue = createLocalQueue({ engine, tasks, repositories: store, config: { ...own, ...NO_LIMIT }, log });
      undo.push(() => Promise.all([tasks.close(), queue.close()]));
      return { info, queue, tasks, concurrency: own.CONCURRENCY };
    };
    const own = { ...config, DATA_DIR };
    // It needs no card, and comes with the program.
    const embedded = {
      ...own,
      ENGINE: "embedded",
      DEVICE: "cpu",
      CAPTION_DEVICE: undefined,
      CAPTIONER: "palette",
    } as const;
    const isOverWorkers = config.QUEUE_URL !== undefined;
    const about = {
      atelier: VERSION,
      engine: { parts: config.ENGINE_PARTS, precision: config.PRECISION, stepCache: config.STEP_CACHE },
      machine: thisMachine(),
      // Those of workers are installed with them.
      weights: isOverWorkers ? [] : await installedWeights(config.MODELS_DIR),
    };
    const openOwn = async (): Promise<Studio> =>
      isOverWorkers
        ? (await import("./study-workers.ts")).openWorkers(
            config,
            { store, folder: DATA_DIR, plan: about, limits: NO_LIMIT, log },
            undo,
          )
        : open(own);
    return await work({
      repositories: store,
      studio: (engine) => (engine === "own" ? openOwn() : open(embedded)),
      about,
    });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function lockStudy(folder: string, out: string): ReturnType<typeof lockFolder> {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (!(error instanceof UserError) || error.identifier !== "bot-running") throw error;
    throw new UserError("study-running", `Another run is at work on ${out}. Let it end, or stop it first.`, {
      cause: error,
    });
  }
}

async function installedWeights(folder: string): Promise<Manifest["weights"]> {
  const installed = await new CheckpointStore(folder).installed();
  return installed.flatMap(({ name, sources }) => {
    const entry = CATALOGUE.find((each) => each.name === name);
    if (!entry) return [];
    const { name: licence, url } = entry.licence;
    return { name, licence, url, commits: sources.map(({ repo, commit }) => `${repo}@${commit}`) };
  });
}
