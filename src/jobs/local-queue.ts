/** The in-process adapter of the queue port: p-queue lanes over rows in the database. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";

import PQueue from "p-queue";

import { asDiskFull, CancelledError, messageOf, UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { hindranceOf, untilRoom } from "../room.ts";
import { choosePaperVariant, type ChooseVariant } from "./choose-variant.ts";
import type { Engine } from "./engine.ts";
import type { JobEvent, JobListener } from "./events.ts";
import { FairOrder } from "./fair-order.ts";
import { failureWords, interruptedWords, isRetryable, MAX_ATTEMPTS } from "./failure.ts";
import type { Span } from "./forecast.ts";
import { Holdings } from "./holdings.ts";
import { JobLine } from "./job-line.ts";
import { type Job, type JobRequest, newJob } from "./job.ts";
import { checkLimits } from "./limits.ts";
import { Outlook } from "./outlook.ts";
import type { JobQueue, QueuePlace, QueueSnapshot } from "./queue.ts";
import type { JobPatch, Repositories } from "./repositories.ts";
import { type Asker, type Reservation, Reservations } from "./reservations.ts";
import { StageHistory } from "./stage-history.ts";
import { needsPreparing, prepare, stylize, type StageParts } from "./stages.ts";
import { TrackedJob, type TrackedParts } from "./tracked-job.ts";
import { isRunning } from "./transitions.ts";

/** Finished jobs that the ETA is learned from at start. */
const HISTORY = 200;

const UNWRITABLE =
  "I cannot write anything down at the moment. Please try again in a minute; if it stays like this, tell whoever runs this bot.";

/** How long an outlook counts while nothing happens. */
const OUTLOOK_MS = 1000;

/** The settings that the queue heeds; `Config` has them. */
interface LocalQueueConfig {
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

/** Room that a picture takes, at most, for each pixel: the engine's file, and its copy in the store. */
const PICTURE_BYTES = 8;

type Stage = (tracked: TrackedJob, parts: StageParts) => Promise<void>;

class LocalQueue implements JobQueue {
  readonly #config: LocalQueueConfig;
  readonly #parts: StageParts;
  readonly #trackedParts: TrackedParts;
  /** Jobs that are not settled: all of them, then those that a lane has, and those that wait for one. */
  readonly #active = new Map<string, TrackedJob>();
  readonly #begun = new JobLine();
  readonly #waiting = new JobLine();
  readonly #holdings = new Holdings<TrackedJob>();
  readonly #order = new FairOrder();
  /** `null`: it has changed since somebody looked. */
  #outlook: Outlook | null = null;
  readonly #reservations = new Reservations();
  readonly #listeners = new Set<JobListener>();
  /** Where captions are made on a device of their own: one by one. */
  readonly #preparing = new PQueue({ concurrency: 1 });
  readonly #painting: PQueue;
  readonly #closing = new AbortController();
  /** Ends that are told and not yet in the database. */
  readonly #unrecorded = new Set<Promise<void>>();

  constructor({ engine, repositories, config, log, chooseVariant = choosePaperVariant }: LocalQueueOptions) {
    this.#config = config;
    this.#painting = new PQueue({ concurrency: Math.max(1, Math.floor(config.CONCURRENCY)) });
    const folder = path.join(config.DATA_DIR, "work");
    const workFolder = (id: string): string => path.join(folder, id);
    this.#parts = { engine, repositories, chooseVariant, log, workFolder, history: new StageHistory() };
    this.#trackedParts = { jobs: repositories.jobs, emit: (event) => this.#emit(event), folder };
  }

  reserve(asker: Asker, jobs = 1): Reservation {
    this.#assertOpen();
    this.#checkLimits(asker, jobs);
    return this.#reservations.add(asker, jobs);
  }

  async enqueue(request: JobRequest, reservation?: Reservation): Promise<Job> {
    this.#assertOpen();
    if (!reservation?.take()) this.#checkLimits(request, 1);
    // Held before the first await, so that two requests at once cannot both take the last place.
    const tracked = this.#track(newJob(request), this.#order.join(request.userId));
    const { job, turn } = tracked;
    try {
      await this.#parts.repositories.jobs.insert(job, turn);
    } catch (error) {
      this.#forget(tracked);
      throw refusal(error);
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
    return tracked ? this.#placeOf(tracked) : null;
  }

  async places(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePlace>> {
    const places = new Map<string, QueuePlace>();
    for (const id of ids) {
      const tracked = this.#active.get(id);
      if (tracked) places.set(id, this.#placeOf(tracked));
    }
    return places;
  }

  async snapshot(guildId?: string | null, limit = Infinity): Promise<QueueSnapshot> {
    const isWanted = ({ job }: TrackedJob): boolean => guildId === undefined || job.request.guildId === guildId;
    const begun = [...this.#begun].filter(isWanted);
    const all = guildId === undefined ? this.#active.size : this.#holdings.ofGuild(guildId).size;
    const jobs: Job[] = [];
    for (const line of [begun, this.#waiting]) {
      for (const tracked of line) {
        if (jobs.length >= Math.min(limit, all)) break;
        if (isWanted(tracked)) jobs.push(tracked.job);
      }
    }
    const running = begun.filter(({ job }) => isRunning(job.state)).length;
    return { jobs, running, waiting: all - running };
  }

  async cancel(id: string): Promise<boolean> {
    const { jobs } = this.#parts.repositories;
    const patch = { settledAt: Date.now() };
    try {
      const job = await jobs.transition(id, "cancelled", patch);
      if (job) this.#settle(job);
      return job !== null;
    } catch (error) {
      const tracked = this.#active.get(id);
      if (!tracked || hindranceOf(error) === null) throw error;
      // It is stopped all the same; the row follows.
      this.#settle({ ...tracked.job, ...patch, state: "cancelled" });
      this.#recordCancelled(id, patch);
      return true;
    }
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
      if (job.attempts >= MAX_ATTEMPTS) await this.#giveUp(tracked);
      else resumed.push(tracked);
    }
    for (const tracked of resumed) {
      tracked.tell({ type: "queued", job: tracked.job, resumed: true });
      this.#schedule(tracked);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const { abort } of this.#active.values()) abort.abort(new CancelledError("The bot is going down"));
    await Promise.all([this.#preparing.onIdle(), this.#painting.onIdle(), ...this.#unrecorded]);
    this.#listeners.clear();
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted)
      throw new UserError("going-down", "The bot is being restarted. Please try again in a minute.");
  }

  /** @throws UserError when there is no room for so many jobs */
  #checkLimits(asker: Asker, jobs: number): void {
    const { JOBS_PER_USER: perUser, JOBS_PER_GUILD: perGuild } = this.#config;
    const own = this.#holdings.ofUser(asker.userId);
    const guild = this.#holdings.ofGuild(asker.guildId);
    const reservedOfUser = this.#reservations.ofUser(asker.userId);
    const reservedOfGuild = this.#reservations.ofGuild(asker.guildId);
    const fits = own.size + reservedOfUser + jobs <= perUser;
    if (fits && (asker.guildId === null || guild.size + reservedOfGuild + jobs <= perGuild)) return;
    // Only who is refused is told when to come back.
    const pending = [...new Set([...own, ...guild])].map((tracked) => ({
      job: tracked.job,
      endsIn: this.#endsIn(tracked),
    }));
    checkLimits(asker, pending, { perUser, perGuild }, { jobs, reservedOfUser, reservedOfGuild });
  }

  #track(job: Job, turn: number): TrackedJob {
    const tracked = new TrackedJob(job, turn, this.#trackedParts);
    this.#active.set(job.id, tracked);
    this.#waiting.add(tracked);
    this.#holdings.add(tracked, job.request);
    this.#outlook = null;
    return tracked;
  }

  /** A lane takes the job. */
  #begin(tracked: TrackedJob): void {
    this.#order.begin(tracked.turn);
    if (tracked.begun) return;
    tracked.begun = true;
    this.#waiting.remove(tracked);
    this.#begun.add(tracked);
    this.#outlook = null;
  }

  #forget(tracked: TrackedJob): void {
    this.#active.delete(tracked.job.id);
    (tracked.begun ? this.#begun : this.#waiting).remove(tracked);
    this.#holdings.remove(tracked, tracked.job.request);
    this.#outlook = null;
  }

  #emit(event: JobEvent): void {
    this.#outlook = null;
    if (event.type === "held" && event.by !== null)
      this.#parts.log.error({ job: event.job.id, by: event.by }, "nothing can be written; a job waits");
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

  #placeOf(tracked: TrackedJob): QueuePlace {
    const { begun, job } = tracked;
    const { at, span } = this.#foresee(tracked);
    const when = (seconds: number | null): number | null => (seconds === null ? null : Math.round(at + seconds * 1000));
    return {
      ahead: begun ? 0 : this.#waiting.ahead(tracked),
      startsAt: begun ? (job.startedAt ?? Date.now()) : when(span.begins),
      endsAt: when(span.ends),
    };
  }

  #endsIn(tracked: TrackedJob): number | null {
    const { at, span } = this.#foresee(tracked);
    return span.ends === null ? null : Math.max(0, span.ends - (Date.now() - at) / 1000);
  }

  #foresee(tracked: TrackedJob): { readonly at: number; readonly span: Span } {
    if (!this.#outlook || Date.now() - this.#outlook.at > OUTLOOK_MS) {
      const { history, engine } = this.#parts;
      const jobAt = (n: number): TrackedJob | undefined =>
        this.#begun.at(n) ?? this.#waiting.at(n - this.#begun.length);
      const { concurrency } = this.#painting;
      this.#outlook = new Outlook({ jobAt, history, info: engine.info, concurrency });
    }
    const place = tracked.begun ? this.#begun.ahead(tracked) : this.#begun.length + this.#waiting.ahead(tracked);
    return { at: this.#outlook.at, span: this.#outlook.span(place) ?? UNKNOWN };
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
      if (tracked.settled || this.#closing.signal.aborted) return;
      this.#begin(tracked);
      await this.#run(tracked, stages);
      this.#outlook = null;
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
        await tracked.takeOver();
        for (const stage of stages) await this.#do(stage, tracked);
        if (tracked.job.state === "done") this.#settle(tracked.job);
        else await tracked.rest();
        return;
      } catch (error) {
        if (!(await this.#goesOn(tracked, error))) return;
      }
    }
  }

  /**
   * Does a stage, from its beginning again when a disk that was full has room. An engine that finds a disk full which is
   * not (its files may not grow so large, say) is not asked twice: that may take minutes.
   */
  #do(stage: Stage, tracked: TrackedJob): Promise<void> {
    let tries = 0;
    const work = async (): Promise<void> => {
      if (tries++ > 0) await tracked.rest();
      await stage(tracked, this.#parts);
    };
    return tracked.lasting(work, { bytes: PICTURE_BYTES * tracked.job.request.size ** 2, vainTries: 1 });
  }

  /** What is to be done about a fault. `true`: the job is to be run again. */
  async #goesOn(tracked: TrackedJob, fault: unknown): Promise<boolean> {
    const { log } = this.#parts;
    const { id, attempts } = tracked.job;
    if (tracked.settled) return false;
    try {
      if (fault instanceof CancelledError) {
        await tracked.interrupt();
        return false;
      }
      log.warn({ job: id, attempt: attempts, error: messageOf(fault) }, "an attempt at a job failed");
      if (!isRetryable(fault, attempts)) {
        await this.#fail(tracked, failureWords(fault));
        return false;
      }
      await tracked.giveUpAttempt(messageOf(fault));
      return !this.#closing.signal.aborted;
    } catch (error) {
      // The bot goes down, or somebody stops the job, while it waits for room: the next start finds it as it was.
      if (tracked.interrupted || tracked.settled || error instanceof CancelledError) {
        log.warn({ job: id, error: messageOf(error) }, "what became of a job could not be recorded");
      } else this.#settleUnrecorded(tracked, failureWords(fault), error);
      return false;
    }
  }

  /** Tells the end of a job when it is written down: told and not written, it would be done again by the next start. */
  async #fail(tracked: TrackedJob, failure: string): Promise<void> {
    const job = await tracked.move("failed", { failure, settledAt: Date.now() });
    this.#settle(job);
  }

  /** For a job that earlier processes went down with. A start does not wait for a disk that is full. */
  async #giveUp(tracked: TrackedJob): Promise<void> {
    const words = interruptedWords(tracked.job.lastFault);
    let stop = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      stop = this.subscribe(({ type, job }) => type === "held" && job.id === tracked.job.id && resolve());
    });
    const failing = this.#fail(tracked, words).catch((error: unknown) => {
      if (!(error instanceof CancelledError)) this.#settleUnrecorded(tracked, words, error);
    });
    await Promise.race([failing, held]).finally(stop);
  }

  /** For a store that is broken: the person is told all the same. */
  #settleUnrecorded(tracked: TrackedJob, failure: string, error: unknown): void {
    this.#parts.log.error({ err: error, job: tracked.job.id }, "a failed job could not be recorded");
    this.#settle({ ...tracked.job, failure, settledAt: Date.now(), state: "failed" });
  }

  #recordCancelled(id: string, patch: JobPatch): void {
    const { repositories, log } = this.#parts;
    const write = async (): Promise<void> => void (await repositories.jobs.transition(id, "cancelled", patch));
    const { folder } = this.#trackedParts;
    const recording = untilRoom(write, { folder, signal: this.#closing.signal, onHeld: () => undefined })
      // Once more when the bot goes down.
      .catch(write)
      .catch((error: unknown) => log.error({ err: error, job: id }, "a cancelled job could not be recorded"))
      .finally(() => this.#unrecorded.delete(recording));
    this.#unrecorded.add(recording);
  }

  /** Forgets a job that is settled, stops whoever works on it, and tells the end. */
  #settle(job: Job): void {
    const tracked = this.#active.get(job.id);
    if (tracked) {
      this.#forget(tracked);
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

const UNKNOWN: Span = { begins: null, ends: null };

/** Why a job could not be taken, in words where somebody can do something about it. */
const refusal = (error: unknown): unknown =>
  asDiskFull(error) ??
  (hindranceOf(error) === null ? error : new UserError("unwritable", UNWRITABLE, { cause: error }));
