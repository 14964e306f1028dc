/** The bot's composition root: the one place that knows every part. */
import { setMaxListeners } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Client } from "discord.js";

import { commands } from "../commands/index.ts";
import type { Config } from "./config.ts";
import { isConnectingAlready } from "./discord/discord-error.ts";
import { watchAccess } from "./discord/access.ts";
import type { Bot } from "./discord/interactions/bot.ts";
import { connect, createClient } from "./discord/client.ts";
import { Erasing } from "./discord/erasure/erasing.ts";
import { Deliveries } from "./discord/messages/deliveries.ts";
import { Intake } from "./discord/intake/intake.ts";
import { KeptForms } from "./discord/interactions/kept-forms.ts";
import { OpenReplies } from "./discord/interactions/open-replies.ts";
import { PressOnce } from "./discord/interactions/press-once.ts";
import { Presenter } from "./discord/jobs/presenter.ts";
import { registerSoon } from "./discord/interactions/registration.ts";
import { route } from "./discord/interactions/router.ts";
import { LearningDesk } from "./discord/styles/learning-desk.ts";
import { Allowances } from "./discord/server/allowance.ts";
import { ServerLog } from "./discord/server/server-log.ts";
import { Surveys } from "./discord/study/surveys.ts";
import { Comparisons } from "./discord/votes/comparisons.ts";
import { PictureFilter } from "./discord/safety/picture-filter.ts";
import { Votes } from "./discord/votes/votes.ts";
import { login } from "./discord/wording/login.ts";
import { describerLabel } from "./engine/captioners.ts";
import { createEngine } from "./engine/index.ts";
import { CancelledError, type UserError } from "./errors.ts";
import type { Engine } from "./jobs/engine.ts";
import { ErasedWatch, type Holder, memoryOf } from "./jobs/erased-watch.ts";
import { PROTOCOL } from "./jobs/fleet.ts";
import { createLocalQueue } from "./jobs/local/local-queue.ts";
import { createLocalTasks } from "./jobs/local/local-tasks.ts";
import type { JobQueue } from "./jobs/queue.ts";
import { missingPainter } from "./jobs/remote/presence.ts";
import { StyleVectors } from "./jobs/style-vectors.ts";
import { PictureSafety } from "./jobs/picture-safety.ts";
import type { Tasks } from "./jobs/tasks.ts";
import { createLogger, type Logger } from "./log.ts";
import { startOps } from "./ops/ops.ts";
import { openPictures } from "./pictures/index.ts";
import { createReader } from "./reader/reader.ts";
import { gatherLeftovers, LEARNING, processFolder } from "./process-folders.ts";
import type { Pauses } from "./retry.ts";
import { isFirst, type Seat, WHOLE } from "./shard.ts";
import { chooseByVotes } from "./store/ballots.ts";
import { lockFolder } from "./store/folder-lock.ts";
import { watchFolder } from "./store/folder-watch.ts";
import { openStore, type Store } from "./store/store.ts";
import { type Undo, undoAll } from "./undo.ts";
import { goOn, refuse, untilStopped } from "./until-stopped.ts";
import { readWordList, type WordList } from "./word-list.ts";

/** How long a closing bot waits for commands that are being answered, and for each kind of message that is being sent. */
const CLOSING_MS = 3000;
/** Connections of a bot to the server of the queue; one of them listens. */
const QUEUE_CONNECTIONS = 3;

export interface StartOptions {
  /** Gives up waiting for Discord. */
  readonly signal?: AbortSignal;
  /** How long one request to Discord may take before it is sent again. */
  readonly restTimeoutMs?: number;
  /** For how long answers to interactions are used. */
  readonly repliesUsableMs?: number;
  /** Before something is told again that Discord did not take. */
  readonly pauses?: Pauses;
  /** What an engine's process runs, by default the product's own. */
  readonly engineModule?: string;
  /** Of one of several processes, whose starter holds the data folder. */
  readonly seat?: Seat | undefined;
}

export interface RunningBot {
  readonly client: Client<true>;
  readonly bot: Bot;
  /** Of this process; `null` where others have them. */
  readonly engine: Engine | null;
  /** Resolves when the bot cannot go on until somebody puts something right: with what that is, in words. */
  readonly ended: Promise<UserError>;
  /** Stops taking commands and jobs; what runs is left to be resumed by the next start. */
  close(): Promise<void>;
}

export interface RunOptions extends Pick<StartOptions, "seat"> {
  /** Ends the bot, as a signal does. */
  readonly told?: AbortSignal;
}

/**
 * Opens the store, starts the engine, connects, registers the commands and takes up what an earlier run left.
 *
 * @throws UserError when another bot has the folder, `OPS_PORT` is taken, the store cannot be opened or the token is
 * refused; EngineError when no engine starts
 */
export async function startBot(config: Config, log: Logger, options: StartOptions = {}): Promise<RunningBot> {
  const undo: Undo = [];
  const over = new AbortController();
  const end = (verdict: UserError): void => over.abort(verdict);
  const ended = new Promise<UserError>((resolve) => {
    over.signal.addEventListener("abort", () => resolve(over.signal.reason as UserError), { once: true });
  });
  const close = (): Promise<void> => undoAll(undo, log);
  try {
    const { seat } = options;
    const folder = processFolder(config.DATA_DIR, seat?.shard);
    if (!seat) {
      const lock = lockFolder(config.DATA_DIR);
      undo.push(() => lock.release());
      await gatherLeftovers(config.DATA_DIR, folder, log);
    }
    const ops = await startOps(config, log);
    undo.push(() => ops?.close());
    const words = await readWordList(config.WORD_LIST);
    const files = await openPictures(config);
    const store = await openStore(config.DATA_DIR, config.DATABASE_URL, {
      files,
      words,
      ...(seat && { shard: seat.shard }),
    });
    undo.push(() => store.close());
    undo.push(await watchFolder(config.DATA_DIR, end));
    const reader = createReader(config, log);
    undo.push(() => reader.stop());
    reader.start();
    const client = createClient(config, log, options);
    // Of a connection that is just being made, discord.js waits for an end of which it has taken the handler away.
    undo.push(() => soon(client.destroy()));
    watchAccess(client, log, end);
    const work = config.QUEUE_URL === undefined ? workHere : workElsewhere;
    // With what this process has of its own in its own folder.
    const own = { ...config, DATA_DIR: folder };
    const { queue, tasks, engine, holders } = await work({ store, config: own, log, words, ...options }, undo);
    const checks = config.QUEUE_URL === undefined ? {} : { workers: () => missingPainter(store.workers) };
    ops?.watch({ store, queue, client, ...(engine && { engine }), checks });
    const deliveries = new Deliveries({ log, ...(options.pauses && { pauses: options.pauses }) });
    undo.push(() => soon(deliveries.close()));
    deliveries.listen(client);
    const botToken = config.DISCORD_TOKEN ?? "";
    const replies = new OpenReplies({ client, store, deliveries, log, botToken, usableMs: options.repliesUsableMs });
    const safety = new PictureSafety({ tasks, verdicts: store.safetyVerdicts, log });
    const filter = new PictureFilter({ client, safety, settings: store.serverSettings });
    const { cover } = filter;
    const votes = new Votes({ client, store, tasks, deliveries, log });
    undo.push(() => soon(votes.close()));
    votes.listen();
    const comparisons = new Comparisons({ client, store, queue, votes, deliveries, replies, log, cover });
    undo.push(() => soon(comparisons.close()));
    const onResult = votes.posted.bind(votes);
    const told = { deliveries, replies, log, cover };
    const presenter = new Presenter({ client, queue, store, ...told, describerLabel, onResult });
    undo.push(() => soon(presenter.close()));
    const learning = new LearningDesk({ client, store, tasks, config, ...told });
    const styleVectors = new StyleVectors({ tasks, store, log });
    // The engine ends what runs, at the latest when `CANCEL_GRACE_SECONDS` are over.
    undo.push(() => Promise.all([tasks.close(), queue.close(), learning.close(), styleVectors.close()]));
    const closing = new AbortController();
    // Every upload that is on its way listens.
    setMaxListeners(0, closing.signal);
    const admit = filter.admit.bind(filter);
    const intake = new Intake({ config: own, store, reader, closing: closing.signal, log, admit });
    await intake.resume();
    const surveys = new Surveys({
      client,
      store,
      intake,
      queue,
      tasks,
      ...told,
      dataDir: config.DATA_DIR,
      size: config.RESULT_SIZE,
      concurrency: config.QUEUE_URL === undefined ? config.CONCURRENCY : null,
    });
    undo.push(() => surveys.stop());
    const keptForms = new KeptForms();
    const dropOf = (userId: string): void => {
      keptForms.dropOf(userId);
      intake.dropHeld(userId);
    };
    const erased = new ErasedWatch({ erased: store.erased, holders: [store.files, learning, ...holders], log });
    undo.push(() => soon(erased.close()));
    const toErase = { client, store, queue, erased, intake, learning, surveys, deliveries, dropOf, config, log };
    const erasing = new Erasing({ ...toErase, dataDir: config.DATA_DIR, shard: seat?.shard });
    undo.push(() => soon(erasing.close()));
    erasing.listen();
    let open = (): void => undefined;
    const resumed = new Promise<void>((resolve, reject) => {
      open = resolve;
      closing.signal.addEventListener("abort", () => reject(closing.signal.reason as Error), { once: true });
    });
    resumed.catch(() => undefined);
    const bot: Bot = {
      learning,
      styleVectors,
      comparisons,
      surveys,
      erasing,
      config,
      log,
      store,
      queue,
      tasks,
      client,
      presenter,
      describerLabel,
      votes,
      allowances: new Allowances(store),
      serverLog: new ServerLog({ client, store, deliveries, log }),
      intake,
      filter,
      words,
      keptForms,
      pressOnce: new PressOnce({ queue, linkTo: (id) => presenter.linkTo(id) }),
      openReplies: replies,
      deliveries,
      resumed,
      closing: closing.signal,
    };
    const stopRouting = route(client, commands, bot);
    undo.push(() => soon(stopRouting()));
    undo.push(() => closing.abort(new CancelledError("The bot is going down")));
    const given = options.signal ? [options.signal] : [];
    const ready = await connect(client, config.DISCORD_TOKEN ?? "", log, AbortSignal.any([over.signal, ...given]));
    if (isFirst(seat?.shard ?? WHOLE)) await registerSoon(ready, commands, { deliveries, log });
    await replies.resume();
    await presenter.resume();
    await comparisons.resume();
    await surveys.resume();
    await queue.resume();
    await learning.resume();
    styleVectors.resume();
    await erased.start();
    await erasing.resume();
    open();
    log.info({ user: ready.user.tag, servers: ready.guilds.cache.size }, "Atelier is ready");
    return { client: ready, bot, engine, ended, close };
  } catch (error) {
    await close();
    throw over.signal.aborted ? over.signal.reason : error;
  }
}

interface WorkParts extends Pick<StartOptions, "engineModule" | "seat"> {
  readonly store: Store;
  readonly config: Config;
  readonly log: Logger;
  readonly words: WordList;
}

/** Who paints, describes and learns. */
interface Work {
  readonly queue: JobQueue;
  readonly tasks: Tasks;
  readonly engine: Engine | null;
  /** What of it may hold something that was erased. */
  readonly holders: readonly Holder[];
}

/** An engine of this process's own. */
async function workHere({ store, config, log, words, engineModule }: WorkParts, undo: Undo): Promise<Work> {
  const engine = createEngine(config, log, engineModule);
  undo.push(() => engine.stop());
  const info = await engine.start();
  log.info(info, "the engine is ready");
  const tasks = createLocalTasks({ engine, files: store.files, dataDir: config.DATA_DIR, words });
  const queue = createLocalQueue({
    engine,
    tasks,
    repositories: store,
    config,
    log,
    chooseVariant: chooseByVotes(store),
  });
  return { engine, tasks, queue, holders: [memoryOf(engine)] };
}

/** Workers of any machine; what speaks with the server of the queue is loaded where there is one. */
async function workElsewhere({ store, config, log, seat }: WorkParts, undo: Undo): Promise<Work> {
  const { connect: connectQueue } = await import("./jobs/remote/connection.ts");
  const { createRemoteQueue } = await import("./jobs/remote/remote-queue.ts");
  const { ErasedTasks } = await import("./jobs/remote/tasks/erased-tasks.ts");
  const { openRemoteTasks } = await import("./jobs/remote/tasks/remote-tasks.ts");
  const exchange = await connectQueue(config.QUEUE_URL!, { log, connections: QUEUE_CONNECTIONS });
  undo.push(() => exchange.close());
  const { learningStates: states, files, workers } = store;
  const folder = path.join(config.DATA_DIR, LEARNING);
  await workers.speak(PROTOCOL);
  const tasks = await openRemoteTasks({ exchange, states, files, workers, folder, log });
  const queue = createRemoteQueue({ exchange, repositories: store, config, log });
  const ofAll = isFirst(seat?.shard ?? WHOLE) ? [new ErasedTasks({ exchange, log })] : [];
  return { engine: null, tasks, queue, holders: [tasks, ...ofAll] };
}

/** Waits for `work`, but not for long. */
const soon = (work: unknown): Promise<unknown> => Promise.race([work, sleep(CLOSING_MS, undefined, { ref: false })]);

/**
 * Runs the bot until it is told to stop, by a signal or by `told`.
 *
 * @returns the exit code: 0 after SIGINT or SIGTERM, 2 when somebody has to put a setting right, 1 for anything else
 */
export async function runBot(
  config: Config,
  log: Logger = createLogger(config.LOG_LEVEL),
  { told, ...options }: RunOptions = {},
): Promise<number> {
  if (config.DISCORD_TOKEN === undefined) return refuse(login.missing);
  // A forgotten rejection loses one answer; the jobs are in the database, so going on is safe.
  process.on("unhandledRejection", (error) => {
    if (isConnectingAlready(error)) log.warn({ err: error }, "connecting already");
    else log.error({ err: error }, "unhandled rejection");
  });
  const closing = "closing: jobs that run are taken up by the next start; once more to end at once";
  const start = (stop: AbortSignal) => startBot(config, log, { ...options, signal: stop });
  return untilStopped((stop) => goOn(() => start(stop), { stop, log, closing }), log, told);
}
