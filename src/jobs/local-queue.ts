/** The in-process adapter of the queue port: p-queue lanes over rows in the database. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";

import PQueue from "p-queue";

import { asDiskFull, CancelledError, messageOf, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { choosePaperVariant, type ChooseVariant } from "./choose-variant.ts";
import type { Engine } from "./engine.ts";
import type { JobEvent, JobListener } from "./events.ts";
import { FairOrder } from "./fair-order.ts";
import { failureWords, interruptedWords, isRetryable, MAX_ATTEMPTS } from "./failure.ts";
import { newJobId } from "./job-id.ts";
import type { Job, JobRequest } from "./job.ts";
import { checkLimits } from "./limits.ts";
import type { Span } from "./forecast.ts";
import { outlook } from "./outlook.ts";
import type { JobQueue, QueuePlace, QueueSnapshot } from "./queue.ts";
import type { JobPatch, Repositories } from "./repositories.ts";
import { StageHistory } from "./stage-history.ts";
import { needsPreparing, prepare, stylize, type StageParts } from "./stages.ts";
import { TrackedJob } from "./tracked-job.ts";
import { isRunning } from "./transitions.ts";

/** Finished jobs that the ETA is learned from at start. */
const HISTORY = 200;

/** Until a job that failed while the disk was full is recorded as failed. */
const RECORD_AGAIN_MS = 2000;

/** The settings that the queue heeds; `Config` has them. */
export interface LocalQueueConfig {
  readonly DATA_DIR: string;
  /** Unsettled jobs one person may have. */
  readonly JOBS_PER_USER: number;
  /** Unsettled jobs one server may have. */
  readonly JOBS_PER_GUILD: number;
  /** Jobs stylized at once. */
  readonly CONCURRENCY: number;
}

export interface LocalQueueOptions {
  /** Started before the first job is queued. The queue does not stop it. */
  readonly engine: Engine;
  readonly repositories: Repositories;
  readonly config: LocalQueueConfig;
  readonly log: Logger;
  /** What `variant: auto` takes. Default: the paper's finding. */
  readonly chooseVariant?: ChooseVariant;
}

/**
 * A queue that runs its jobs in this process's engine.
 *
 * @example
 * const queue = createLocalQueue({ engine, repositories: store, config, log });
 * queue.subscribe(present);
 * await queue.resume();
 */
export const createLocalQueue = (options: LocalQueueOptions): JobQueue => new LocalQueue(options);

type Stage = (tracked: TrackedJob, parts: StageParts) => Promise<void>;

class LocalQueue implements JobQueue {
  readonly #config: LocalQueueConfig;
  readonly #parts: StageParts;
  /** Jobs that are not settled. */
  readonly #active = new Map<string, TrackedJob>();
  readonly #order = new FairOrder();
  readonly #listeners = new Set<JobListener>();
  /** Where captions are made on a device of their own: one by one. */
  readonly #preparing = new PQueue({ concurrency: 1 });
  readonly #painting: PQueue;
  #closing = false;

  constructor({ engine, repositories, config, log, chooseVariant = choosePaperVariant }: LocalQueueOptions) {
    this.#config = config;
    this.#painting = new PQueue({ concurrency: Math.max(1, Math.floor(config.CONCURRENCY)) });
    const workFolder = (id: string): string => path.join(config.DATA_DIR, "work", id);
    this.#parts = { engine, repositories, chooseVariant, log, workFolder, history: new StageHistory() };
  }

  async enqueue(request: JobRequest): Promise<Job> {
    if (this.#closing) throw new UserError("going-down", "The bot is being restarted. Please try again in a minute.");
    const spans = this.#outlook();
    const pending = [...this.#active.values()].map(({ job }) => ({ job, endsIn: spans.get(job.id)?.ends ?? null }));
    checkLimits(request, pending, { perUser: this.#config.JOBS_PER_USER, perGuild: this.#config.JOBS_PER_GUILD });
    // Held before the first await, so that two requests at once cannot both take the last place.
    const tracked = this.#track(newJob(request), this.#order.join(request.userId));
    const { job, turn } = tracked;
    try {
      await this.#parts.repositories.jobs.insert(job, turn);
    } catch (error) {
      this.#active.delete(job.id);
      throw asDiskFull(error) ?? error;
    }
    tracked.tell({ type: "queued", job });
    this.#schedule(tracked);
    return job;
  }

  async get(id: string): Promise<Job | null> {
    return this.#active.get(id)?.job ?? this.#parts.repositories.jobs.get(id);
  }

  async place(id: string): Promise<QueuePlace | null> {
    const tracked = this.#active.get(id);
    if (!tracked) return null;
    const { begun, job } = tracked;
    const span = this.#outlook().get(id);
    const at = (seconds: number | null | undefined): number | null =>
      typeof seconds === "number" ? Math.round(Date.now() + seconds * 1000) : null;
    const ordered = this.#ordered();
    return {
      ahead: begun ? 0 : ordered.slice(0, ordered.indexOf(tracked)).filter((other) => !other.begun).length,
      startsAt: begun ? (job.startedAt ?? Date.now()) : at(span?.begins),
      endsAt: at(span?.ends),
    };
  }

  async snapshot(guildId?: string | null): Promise<QueueSnapshot> {
    const jobs = this.#ordered()
      .map(({ job }) => job)
      .filter(({ request }) => guildId === undefined || request.guildId === guildId);
    const running = jobs.filter(({ state }) => isRunning(state)).length;
    return { jobs, running, waiting: jobs.length - running };
  }

  async cancel(id: string): Promise<boolean> {
    const job = await this.#parts.repositories.jobs.transition(id, "cancelled", { settledAt: Date.now() });
    if (job) this.#settle(job);
    return job !== null;
  }

  subscribe(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async resume(): Promise<void> {
    const { jobs } = this.#parts.repositories;
    for (const job of await jobs.finished(HISTORY)) this.#parts.history.learn(job);
    await this.#clearLeftovers();
    const left = (await jobs.unsettled()).filter(({ job }) => !this.#active.has(job.id));
    if (left[0]) this.#order.begin(left[0].turn);
    const resumed: TrackedJob[] = [];
    for (const { job, turn } of left) {
      const tracked = this.#track(job, turn);
      this.#order.rejoin(job.request.userId, turn);
      if (job.attempts >= MAX_ATTEMPTS) await this.#fail(tracked, interruptedWords(job.lastFault));
      else if (!isRunning(job.state) || (await tracked.tryMove("queued"))) resumed.push(tracked);
    }
    for (const tracked of resumed) {
      tracked.tell({ type: "queued", job: tracked.job, resumed: true });
      this.#schedule(tracked);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { abort } of this.#active.values()) abort.abort(new CancelledError("The bot is going down"));
    await Promise.all([this.#preparing.onIdle(), this.#painting.onIdle()]);
    this.#listeners.clear();
  }

  #track(job: Job, turn: number): TrackedJob {
    const tracked = new TrackedJob(job, turn, this.#parts.repositories.jobs, (event) => this.#emit(event));
    this.#active.set(job.id, tracked);
    return tracked;
  }

  #emit(event: JobEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#parts.log.error(
          { job: event.job.id, event: event.type, error: messageOf(error) },
          "a job listener failed",
        );
      }
    }
  }

  /** Begun jobs first, then the others in the order they will run. */
  #ordered(): TrackedJob[] {
    return [...this.#active.values()].sort(
      (a, b) => Number(b.begun) - Number(a.begun) || a.turn - b.turn || (a.job.id < b.job.id ? -1 : 1),
    );
  }

  #outlook(): ReadonlyMap<string, Span> {
    const { history, engine } = this.#parts;
    return outlook(this.#ordered(), history, engine.info, this.#painting.concurrency);
  }

  /** Puts a job in its lane: one for both stages where they share a device, else one for each. */
  #schedule(tracked: TrackedJob): void {
    if (this.#parts.engine.info?.parallelStages && needsPreparing(tracked)) {
      this.#enter(this.#preparing, tracked, [prepare], () => this.#enter(this.#painting, tracked, [stylize]));
    } else {
      this.#enter(this.#painting, tracked, [prepare, stylize]);
    }
  }

  #enter(lane: PQueue, tracked: TrackedJob, stages: readonly Stage[], next?: () => void): void {
    const run = async (): Promise<void> => {
      if (tracked.settled || this.#closing) return;
      this.#order.begin(tracked.turn);
      tracked.begun = true;
      await this.#run(tracked, stages);
      if (tracked.settled) await this.#clearWork(tracked.job.id);
      else if (!tracked.interrupted) next?.();
    };
    // Equal priorities keep their order of arrival.
    lane.add(run, { priority: -tracked.turn }).catch((error: unknown) => {
      this.#parts.log.error({ job: tracked.job.id, error: messageOf(error) }, "a job could not be run");
    });
  }

  /** Runs the stages, from the first one again after a fault that may not come back. */
  async #run(tracked: TrackedJob, stages: readonly Stage[]): Promise<void> {
    for (;;) {
      try {
        for (const stage of stages) await stage(tracked, this.#parts);
        if (tracked.job.state === "done") this.#settle(tracked.job);
        else await tracked.rest();
        return;
      } catch (error) {
        if (tracked.settled) return;
        if (error instanceof CancelledError) return tracked.interrupt();
        const { id, attempts } = tracked.job;
        this.#parts.log.warn({ job: id, attempt: attempts, error: messageOf(error) }, "an attempt at a job failed");
        if (!isRetryable(error, attempts)) return this.#fail(tracked, failureWords(error));
        await tracked.giveUpAttempt(messageOf(error));
        if (this.#closing) return;
      }
    }
  }

  async #fail(tracked: TrackedJob, failure: string): Promise<void> {
    const patch = { failure, settledAt: Date.now() };
    try {
      const job = await this.#parts.repositories.jobs.transition(tracked.job.id, "failed", patch);
      if (job) this.#settle(job);
    } catch (error) {
      // The person is told all the same, and the row follows when there is room again.
      this.#parts.log.error({ job: tracked.job.id, error: messageOf(error) }, "a failed job could not be recorded");
      this.#settle({ ...tracked.job, ...patch, state: "failed" });
      this.#recordLater(tracked.job.id, patch);
    }
  }

  #recordLater(id: string, patch: JobPatch): void {
    const record = async (): Promise<void> => {
      if (this.#closing) return;
      await this.#parts.repositories.jobs.transition(id, "failed", patch).catch(() => this.#recordLater(id, patch));
    };
    setTimeout(() => void record(), RECORD_AGAIN_MS).unref();
  }

  /** Forgets a job that was settled in the database, stops whoever works on it, and tells the end. */
  #settle(job: Job): void {
    const tracked = this.#active.get(job.id);
    this.#active.delete(job.id);
    if (tracked) {
      tracked.job = job;
      tracked.abort.abort(new CancelledError());
    }
    if (job.state === "done") this.#parts.history.learn(job);
    this.#emit({ type: job.state === "done" || job.state === "failed" ? job.state : "cancelled", job });
  }

  /** Work folders of an earlier process, which may have gone before it could remove them. */
  async #clearLeftovers(): Promise<void> {
    const folders = await readdir(path.join(this.#config.DATA_DIR, "work")).catch(() => []);
    for (const id of folders) if (!this.#active.has(id)) await this.#clearWork(id);
  }

  async #clearWork(id: string): Promise<void> {
    await rm(this.#parts.workFolder(id), { recursive: true, force: true }).catch((error: unknown) => {
      this.#parts.log.warn({ job: id, error: messageOf(error) }, "the work folder of a job could not be removed");
    });
  }
}

const newJob = (request: JobRequest): Job => ({
  id: newJobId(),
  state: "queued",
  request,
  attempts: 0,
  variant: null,
  variantReason: null,
  description: null,
  describer: null,
  result: null,
  failure: null,
  lastFault: null,
  createdAt: Date.now(),
  startedAt: null,
  settledAt: null,
});
