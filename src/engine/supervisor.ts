/** The engine as the bot sees it: a child process that is there whenever it is needed. */
import type { z } from "zod";

import { throwIfCancelled } from "../breathe.ts";
import type { Config } from "../config.ts";
import { CancelledError, EngineError } from "../errors.ts";
import type { FaceReport } from "../faces/face-report.ts";
import type {
  DescribeReply,
  DescribeTask,
  Engine,
  EngineHooks,
  EngineInfo,
  EnginePicture,
  LearnReply,
  LearnTask,
  StylizeReply,
  StylizeTask,
} from "../jobs/engine.ts";
import type { Logger } from "../log.ts";
import { Backoff } from "../process/backoff.ts";
import { ChildLink, type Dialogue } from "../process/child-link.ts";
import { waitFor } from "../retry.ts";
import { cardEnvironment } from "./card.ts";
import { tellEngineWork } from "./engine-work.ts";
import {
  type ForgetOrder,
  fromChildSchema,
  type News,
  type PartsOptions,
  partsOptionsSchema,
  replySchemas,
  type TaskMessage,
} from "./messages.ts";

export type SupervisorConfig = Omit<PartsOptions, "device"> & Pick<Config, "CANCEL_GRACE_SECONDS" | "STAGE_MINUTES">;

/** What one engine among several has of its own, and what they share. */
export interface EnginePlace {
  /** Which of NVIDIA's cards it sees; by default all. */
  readonly card?: number | null;
  /** How often describing a picture brought a process down, by sha256: who dies of it does so in any engine. */
  readonly describerCrashes?: Map<string, number>;
}

/** A message that asks for work, before it gets its number. */
type Work = TaskMessage extends infer M ? (M extends TaskMessage ? Omit<M, "task"> : never) : never;

interface EngineDialogue extends Dialogue {
  readonly info: EngineInfo;
  readonly work: Work;
  readonly news: News;
  readonly orders: ForgetOrder;
}

type EngineLink = ChildLink<EngineDialogue>;

/** Tasks that let others go first. */
const BACKGROUND: ReadonlySet<Work["type"]> = new Set(["learn", "style-vector"]);

/** How long a process may take to be ready; it reads no weights before it is asked to work. */
const START_MS = 60_000;

/** Describing a picture may bring the process down this often; then it is described without weights. */
const DESCRIBER_CRASHES = 1;

export class EngineSupervisor implements Engine {
  info: EngineInfo | null = null;
  readonly #module: string;
  readonly #config: SupervisorConfig;
  readonly #log: Logger;
  readonly #chooseDevice: () => Promise<PartsOptions["device"]>;
  readonly #card: number | null;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  readonly #describerCrashes: Map<string, number>;
  #device: Promise<PartsOptions["device"]> | null = null;
  #link: EngineLink | null = null;
  #starting: Promise<EngineLink> | null = null;
  /** The process knows of pictures that are to be forgotten. */
  #toForget = false;

  /**
   * @param module path of the module that calls `serveEngine`
   * @param chooseDevice asked before the first process is started, until it has chosen one
   */
  constructor(
    module: string,
    config: SupervisorConfig,
    log: Logger,
    chooseDevice: () => Promise<PartsOptions["device"]>,
    { card = null, describerCrashes = new Map<string, number>() }: EnginePlace = {},
  ) {
    this.#module = module;
    this.#config = config;
    this.#log = log;
    this.#chooseDevice = chooseDevice;
    this.#card = card;
    this.#describerCrashes = describerCrashes;
  }

  /** Process id of the engine, while there is one. */
  get pid(): number | undefined {
    return this.#link?.pid;
  }

  /** Milliseconds until it is started again after a process that failed; 0 while nothing is wrong. */
  get restMs(): number {
    return this.#backoff.remaining();
  }

  async start(signal?: AbortSignal): Promise<EngineInfo> {
    await this.#ready(signal);
    return this.info!;
  }

  async findFaces(image: EnginePicture): Promise<FaceReport> {
    return this.#done(await this.#ready(), { type: "faces", image }, replySchemas.faces);
  }

  async isUnsafe(image: EnginePicture): Promise<boolean> {
    return this.#done(await this.#ready(), { type: "safety", image }, replySchemas.safety);
  }

  async styleVector(image: EnginePicture, hooks: EngineHooks = {}): Promise<readonly number[]> {
    const link = await this.#ready(hooks.signal);
    return this.#done(link, { type: "style-vector", image }, replySchemas["style-vector"], hooks);
  }

  async describe(task: DescribeTask, hooks: EngineHooks = {}): Promise<DescribeReply> {
    const { sha256 } = task.image;
    const crashes = this.#describerCrashes.get(sha256) ?? 0;
    const link = await this.#ready(hooks.signal);
    try {
      const work = { type: "describe", describe: task, simple: crashes >= DESCRIBER_CRASHES } as const;
      return await this.#done(link, work, replySchemas.describe, hooks);
    } finally {
      if (link.crashedOnOneTask) this.#describerCrashes.set(sha256, crashes + 1);
    }
  }

  async stylize(task: StylizeTask, hooks: EngineHooks = {}): Promise<StylizeReply> {
    const link = await this.#ready(hooks.signal);
    return this.#done(link, { type: "stylize", stylize: task }, replySchemas.stylize, hooks);
  }

  async learn(task: LearnTask, hooks: EngineHooks = {}): Promise<LearnReply> {
    const link = await this.#ready(hooks.signal);
    return this.#done(link, { type: "learn", learn: task }, replySchemas.learn, hooks);
  }

  /** The process clears its caches at once. To forget wholly, it ends when it is idle: the next task starts another. */
  forget(isWhole: boolean): void {
    this.#describerCrashes.clear();
    this.#link?.tell({ type: "forget" });
    this.#toForget ||= isWhole && (this.#link?.alive ?? false);
    this.#renewSoon();
  }

  /** Not at once: whoever was just given the process gives it a task first. */
  #renewSoon(): void {
    if (!this.#toForget) return;
    setImmediate(() => {
      if (!this.#toForget || this.#starting || this.#link?.busy) return;
      this.#toForget = false;
      void this.#link?.stop();
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new CancelledError("the engine was stopped"));
    await this.#link?.stop();
    // A process that was about to be started hears of the stop before it is.
    await this.#starting?.catch(() => undefined);
  }

  async #done<T>(link: EngineLink, work: Work, schema: z.ZodType<T>, hooks: EngineHooks = {}): Promise<T> {
    const { CANCEL_GRACE_SECONDS, STAGE_MINUTES } = this.#config;
    const stageMs = STAGE_MINUTES * 60_000;
    const limits = {
      taskMs: BACKGROUND.has(work.type) ? null : stageMs,
      graceMs: CANCEL_GRACE_SECONDS * 1000,
      late: () => {
        tellEngineWork({ type: "stalled" });
        return tooLong(stageMs);
      },
    };
    const device = this.info?.device ?? "unknown";
    tellEngineWork({ type: "begun", device });
    try {
      const value = await link.run(work, schema, limits, hooks);
      this.#backoff.succeeded();
      return value;
    } finally {
      tellEngineWork({ type: "ended", device });
      this.#renewSoon();
    }
  }

  /** A process that can be given work: the one that runs, else a new one after a pause. */
  async #ready(signal?: AbortSignal): Promise<EngineLink> {
    throwIfCancelled(this.#stopping.signal);
    throwIfCancelled(signal);
    if (this.#link?.alive && !this.#starting) return this.#link;
    this.#starting ??= this.#spawn().finally(() => (this.#starting = null));
    const link = await (signal ? Promise.race([this.#starting, aborted(signal)]) : this.#starting);
    throwIfCancelled(this.#stopping.signal);
    return link;
  }

  async #spawn(): Promise<EngineLink> {
    const { signal } = this.#stopping;
    this.#device ??= this.#chooseDevice();
    const device = await this.#device.catch((error: unknown) => {
      this.#device = null; // a driver that was put right is found the next time
      throw error;
    });
    const pause = this.#backoff.remaining();
    if (pause > 0) {
      this.#log.info({ seconds: Math.ceil(pause / 100) / 10 }, "the engine is started again after a pause");
      await waitFor(pause, signal);
    }
    throwIfCancelled(signal);
    let ready = false;
    const link: EngineLink = new ChildLink({
      name: "engine",
      module: this.#module,
      fork: { environment: cardEnvironment(this.#card) },
      // What the engine has no business with (a token, an address with a password) stays here.
      start: partsOptionsSchema.parse({ ...this.#config, device }),
      messages: fromChildSchema,
      log: this.#log,
      startMs: START_MS,
      onGone: (crashed) => {
        if (ready && !signal.aborted) tellEngineWork({ type: "lost", reason: crashed ? "crashed" : "killed" });
        if (!crashed || !ready) return;
        this.#backoff.failed();
        this.#log.error({ enginePid: link.pid }, "the engine process is gone; it is started again when it is needed");
      },
    });
    this.#link = link;
    try {
      const info = await link.ready;
      // It sees one card, and does not know which.
      this.info = this.#card !== null && info.device === "cuda" ? { ...info, device: `cuda:${this.#card}` } : info;
      ready = true;
      return link;
    } catch (error) {
      this.#backoff.failed();
      throw error;
    }
  }
}

/** Rejects when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new CancelledError()), { once: true });
  });

/** A stage that was stopped as it took too long: another engine would take as long. */
export class TooLongError extends EngineError {}

function tooLong(taskMs: number): TooLongError {
  const minutes = Number((taskMs / 60_000).toFixed(2));
  const words = `It took longer than ${minutes} ${minutes === 1 ? "minute" : "minutes"} and was stopped.`;
  return new TooLongError(words, { retryable: false });
}
