/** A worker's composition root: an engine, and the queues that it takes work from. */
import os from "node:os";

import type { Capability } from "./capabilities.ts";
import type { Config } from "./config.ts";
import { createEngine } from "./engine/index.ts";
import { UserError } from "./errors.ts";
import type { Engine } from "./jobs/engine.ts";
import type { Painter } from "./jobs/job.ts";
import { ErasedWatch, memoryOf } from "./jobs/erased-watch.ts";
import { createLocalTasks } from "./jobs/local/local-tasks.ts";
import { connect } from "./jobs/remote/connection.ts";
import type { Exchange, LockTimes } from "./jobs/remote/exchange.ts";
import { PaintWork } from "./jobs/remote/paint-work.ts";
import { Presence, refuseStranger, type Work } from "./jobs/remote/presence.ts";
import { createCaptionWork } from "./jobs/remote/tasks/caption-work.ts";
import { createLearnWork } from "./jobs/remote/tasks/learn-work.ts";
import type { Tasks } from "./jobs/tasks.ts";
import { createLogger, type Logger } from "./log.ts";
import { thisMachine } from "./this-machine.ts";
import { startOps } from "./ops/ops.ts";
import { chooseByVotes } from "./store/ballots.ts";
import { openPictures } from "./pictures/index.ts";
import { removeWorkersLeftovers, workerFolder } from "./process-folders.ts";
import { openStore, type Store } from "./store/store.ts";
import { type Undo, undoAll } from "./undo.ts";
import { goOn, type Running, untilStopped } from "./until-stopped.ts";
import { VERSION } from "./version.ts";
import { readWordList } from "./word-list.ts";

const CLOSING = "closing: what runs goes back to the queue; once more to end at once";

/** Connections to the database and, one of them to listen, to the server of the queue: three in all. */
const STORE_CONNECTIONS = 1;
const QUEUE_CONNECTIONS = 2;

interface WorkParts {
  readonly config: Config;
  readonly exchange: Exchange;
  readonly engine: Engine;
  /** Of the engine: what several kinds of work ask for at once is done once. */
  readonly tasks: Tasks;
  readonly store: Store;
  readonly name: string;
  readonly times: LockTimes;
  readonly log: Logger;
}

/** What takes the work of a capability. */
const WORK: Readonly<Record<Capability, (parts: WorkParts) => Work>> = {
  paint: ({ config, exchange, engine, tasks, store, name, times, log }) =>
    new PaintWork({
      exchange,
      engine,
      tasks,
      repositories: store,
      chooseVariant: chooseByVotes(store),
      folder: workerFolder(config.DATA_DIR, name),
      name,
      painter: painterOf(config, name, engine),
      concurrency: config.CONCURRENCY,
      times,
      log,
    }),
  caption: ({ exchange, tasks, name, times, log }) => createCaptionWork({ exchange, tasks, name, times, log }),
  learn: ({ exchange, tasks, store, name, times, log }) => {
    const { learningStates: states, files, workers } = store;
    return createLearnWork({ exchange, tasks, states, files, workers, name, times, log });
  },
};

const painterOf = (config: Config, name: string, { info }: Engine): Painter => ({
  name,
  atelier: VERSION,
  parts: config.ENGINE_PARTS,
  precision: config.PRECISION,
  stepCache: config.STEP_CACHE,
  ...thisMachine(),
  device: info?.device ?? "",
});

/**
 * Connects, starts the engine, announces itself and takes work.
 *
 * @throws UserError when an address is missing or wrong, a server away or too old, or the bot of another version;
 * EngineError when no engine starts
 */
export async function startWorker(config: Config, log: Logger): Promise<Running> {
  const { DATABASE_URL, QUEUE_URL } = config;
  if (DATABASE_URL === undefined || QUEUE_URL === undefined)
    throw new UserError(
      "worker-alone",
      "A worker needs DATABASE_URL and QUEUE_URL, the same as the bot's. Without them the bot paints by itself.",
    );
  const undo: Undo = [];
  const close = (): Promise<void> => undoAll(undo, log);
  try {
    const ops = await startOps(config, log);
    undo.push(() => ops?.close());
    const name = config.WORKER_NAME ?? `${os.hostname()}-${process.pid}`;
    const words = await readWordList(config.WORD_LIST);
    const store = await openStore(config.DATA_DIR, DATABASE_URL, {
      words,
      connections: STORE_CONNECTIONS,
      files: await openPictures(config),
    });
    undo.push(() => store.close());
    await refuseStranger(store.workers);
    const others = (await store.workers.present()).map((worker) => worker.name).filter((other) => other !== name);
    await removeWorkersLeftovers(config.DATA_DIR, new Set(others));
    const exchange = await connect(QUEUE_URL, { log, connections: QUEUE_CONNECTIONS });
    undo.push(() => exchange.close());
    const engine = createEngine(config, log);
    undo.push(() => engine.stop());
    const info = await engine.start();
    log.info(info, "the engine is ready");
    const times = { lockMs: config.LOCK_SECONDS * 1000, checkMs: (config.LOCK_SECONDS * 1000) / 3 };
    const tasks = createLocalTasks({
      engine,
      files: store.files,
      dataDir: workerFolder(config.DATA_DIR, name),
      words,
    });
    const parts: WorkParts = { config, exchange, engine, tasks, store, name, times, log };
    const { CAPABILITIES: capabilities } = config;
    const works = capabilities.map((capability) => WORK[capability](parts));
    const report = { name, capabilities, info, concurrency: config.CONCURRENCY };
    const erased = new ErasedWatch({ erased: store.erased, holders: [store.files, memoryOf(engine)], log });
    undo.push(() => erased.close());
    await erased.start();
    const presence = new Presence({ workers: store.workers, report, works, log });
    undo.push(() => presence.close());
    await presence.start();
    for (const work of works) {
      undo.push(() => work.close());
      await work.start();
    }
    ops?.watch({ store, engine });
    log.info({ worker: name, capabilities }, "the worker is ready");
    return { ended: presence.ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Runs a worker until it is told to stop; then what it does is given back.
 *
 * @returns the exit code: 0 after SIGINT or SIGTERM, 2 when somebody has to put a setting right, 1 for anything else
 */
export function runWorker(config: Config, log: Logger = createLogger(config.LOG_LEVEL)): Promise<number> {
  process.on("unhandledRejection", (error) => log.error({ err: error }, "unhandled rejection"));
  return untilStopped((stop) => goOn(() => startWorker(config, log), { stop, log, closing: CLOSING }), log);
}
