/**
 * The in-process adapter of the queue port: lanes over rows in the database.
 *
 * Face of this room. Jobs that are not settled stand in `unsettled-jobs.ts`, are run by `lanes.ts` and ended by
 * `endings.ts`; whoever listens is told by `job-news.ts`.
 */
import os from "node:os";
import path from "node:path";

import { CancelledError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { WORK } from "../../process-folders.ts";
import { choosePaperVariant, type ChooseVariant } from "../choose-variant.ts";
import type { Engine } from "../engine.ts";
import type { JobListener } from "../events.ts";
import { type Job, type JobRequest, newJob } from "../job.ts";
import type { Asker, JobQueue, QueuePlace, QueueSnapshot, Reservation } from "../queue.ts";
import type { Repositories } from "../repositories.ts";
import { Admission } from "../running/admission.ts";
import { Endings } from "../running/endings.ts";
import { MAX_ATTEMPTS } from "../running/failure.ts";
import { JobNews } from "../running/job-news.ts";
import { Lanes } from "../running/lanes.ts";
import { assertOpen, refusal } from "../running/refusal.ts";
import type { StageParts } from "../running/stages.ts";
import { StageHistory } from "../running/stage-history.ts";
import type { TrackedJob } from "../running/tracked-job.ts";
import { UnsettledJobs } from "../running/unsettled-jobs.ts";
import { watchHandChanges } from "../running/watch-hand-changes.ts";
import { WorkFolders } from "../running/work-folders.ts";
import { createLocalTasks } from "./local-tasks.ts";

/** This process, as the holder of leases. */
const WORKER = `${os.hostname()}/${process.pid}`;

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
  /** By default, those of the engine. */
  readonly tasks?: StageParts["tasks"];
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

class LocalQueue implements JobQueue {
  readonly #repositories: Repositories;
  readonly #folders: WorkFolders;
  readonly #history = new StageHistory();
  readonly #news: JobNews;
  readonly #unsettled: UnsettledJobs;
  readonly #admission: Admission<TrackedJob>;
  readonly #endings: Endings;
  /** Jobs that are being written down: no row does not mean that they were erased. */
  readonly #coming = new Set<string>();
  readonly #lanes: Lanes;
  readonly #closing = new AbortController();
  readonly #log: Logger;
  #stopWatching = (): void => undefined;

  constructor(options: LocalQueueOptions) {
    const { engine, repositories, config, log, chooseVariant = choosePaperVariant } = options;
    const { files } = repositories;
    const { tasks = createLocalTasks({ engine, files, dataDir: config.DATA_DIR }) } = options;
    const { jobs } = repositories;
    const folders = new WorkFolders(path.join(config.DATA_DIR, WORK), log);
    const history = this.#history;
    const news = new JobNews(log);
    const closing = this.#closing.signal;
    const concurrency = Math.max(1, Math.floor(config.CONCURRENCY));
    const common = { jobs, history, news, folder: folders.root, worker: WORKER };
    const unsettled = new UnsettledJobs({ ...common, engine, concurrency });
    const endings = new Endings({ ...common, unsettled, closing, log });
    const stages = { engine, tasks, repositories, chooseVariant, history, folders, log };
    this.#log = log;
    this.#repositories = repositories;
    this.#folders = folders;
    this.#news = news;
    this.#unsettled = unsettled;
    this.#admission = new Admission(unsettled, { perUser: config.JOBS_PER_USER, perGuild: config.JOBS_PER_GUILD });
    this.#endings = endings;
    this.#lanes = new Lanes({ stages, unsettled, endings, concurrency, closing });
  }

  reserve(asker: Asker, jobs = 1): Reservation {
    assertOpen(this.#closing.signal);
    return this.#admission.reserve(asker, jobs);
  }

  async enqueue(request: JobRequest, reservation?: Reservation): Promise<Job> {
    assertOpen(this.#closing.signal);
    this.#admission.admit(request, reservation);
    // Held before the first await, so that two requests at once cannot both take the last place.
    const tracked = this.#unsettled.add(newJob(request));
    const { job, turn } = tracked;
    this.#coming.add(job.id);
    try {
      await this.#repositories.jobs.insert(job, turn);
    } catch (error) {
      this.#unsettled.remove(tracked);
      throw refusal(error);
    } finally {
      this.#coming.delete(job.id);
    }
    tracked.tell({ type: "queued", job });
    void this.#lanes.run(tracked);
    return job;
  }

  async get(id: string): Promise<Job | null> {
    return this.#unsettled.get(id)?.job ?? this.#repositories.jobs.get(id);
  }

  async place(id: string): Promise<QueuePlace | null> {
    const tracked = this.#unsettled.get(id);
    return tracked ? this.#unsettled.place(tracked) : null;
  }

  async places(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePlace>> {
    const places = new Map<string, QueuePlace>();
    for (const id of ids) {
      const tracked = this.#unsettled.get(id);
      if (tracked) places.set(id, this.#unsettled.place(tracked));
    }
    return places;
  }

  async snapshot(guildId?: string | null, limit = Infinity): Promise<QueueSnapshot> {
    return this.#unsettled.snapshot(guildId, limit);
  }

  cancel(id: string): Promise<boolean> {
    return this.#endings.cancel(id);
  }

  subscribe(listener: JobListener): () => void {
    return this.#news.subscribe(listener);
  }

  async resume(): Promise<void> {
    const { jobs } = this.#repositories;
    await this.#history.recall(jobs);
    await this.#folders.clearLeftovers((id) => this.#unsettled.get(id) !== undefined);
    const left = (await jobs.unsettled()).filter(({ job }) => !this.#unsettled.get(job.id));
    const resumed = this.#unsettled.takeUp(left);
    const isHopeless = ({ job }: TrackedJob): boolean => job.attempts >= MAX_ATTEMPTS;
    for (const tracked of resumed) if (isHopeless(tracked)) await this.#endings.giveUp(tracked);
    for (const tracked of resumed) {
      if (isHopeless(tracked)) continue;
      tracked.tell({ type: "queued", job: tracked.job, resumed: true });
      void this.#lanes.run(tracked);
    }
    if (!this.#closing.signal.aborted)
      this.#stopWatching = watchHandChanges(jobs, this.#log, () => this.#followHandChanges());
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopWatching();
    for (const { abort } of this.#unsettled.all()) abort.abort(new CancelledError("The bot is going down"));
    await Promise.all([this.#lanes.idle(), this.#endings.recorded()]);
    this.#news.close();
  }

  /** Takes up what was queued by hand, and lets go of what was cancelled. */
  async #followHandChanges(): Promise<void> {
    const { jobs } = this.#repositories;
    const known = new Map([...this.#unsettled.all()].map((tracked) => [tracked.job.id, tracked]));
    const rows = await jobs.unsettled();
    // Whatever came or went meanwhile is this process's own doing.
    const queued = rows.filter(({ job }) => !known.has(job.id) && !this.#unsettled.get(job.id));
    for (const tracked of this.#unsettled.takeUp(queued)) {
      tracked.tell({ type: "queued", job: tracked.job });
      void this.#lanes.run(tracked);
    }
    for (const { job } of rows) known.delete(job.id);
    for (const [id, tracked] of known) {
      if (this.#coming.has(id)) continue;
      // One that was erased is stopped as if it had been cancelled.
      const job = (await jobs.get(id)) ?? ({ ...tracked.job, state: "cancelled", settledAt: Date.now() } as const);
      if (job.state === "cancelled" && this.#unsettled.get(id)) this.#endings.settle(job);
    }
  }
}
