/**
 * The queue of several machines: rows in a shared database say what there is and what became of it, BullMQ hands it to
 * workers.
 *
 * What is not settled stands in `known-jobs.ts`; `shared-line.ts` says who comes when, `live-news.ts` what workers tell,
 * `sweep.ts` finds what was lost. The other side is `paint-work.ts`.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { CancelledError, messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { WORK } from "../../process-folders.ts";
import type { JobEvent, JobListener } from "../events.ts";
import type { SharedQueue, WorkerRepository } from "../fleet.ts";
import { isSettled, type Job, type JobRequest, newJob } from "../job.ts";
import type { Asker, JobQueue, QueuePlace, QueueSnapshot, Reservation } from "../queue.ts";
import type { JobRepository, QueuedJob } from "../repositories.ts";
import { hindranceOf } from "../../room.ts";
import { retrying } from "../../retry.ts";
import { Admission } from "../running/admission.ts";
import { JobNews } from "../running/job-news.ts";
import { checkLimits, type Limits } from "../running/limits.ts";
import { assertOpen, refusal } from "../running/refusal.ts";
import { StageHistory } from "../running/stage-history.ts";
import { watchHandChanges } from "../running/watch-hand-changes.ts";
import { WorkFolders } from "../running/work-folders.ts";
import { isRunning } from "../transitions.ts";
import type { Exchange, WorkQueue } from "./exchange.ts";
import { type KnownJob, KnownJobs } from "./known-jobs.ts";
import { type HeardNews, hearNews, jobOf } from "./live-news.ts";
import type { Order } from "./orders.ts";
import type { PaintTicket } from "./paint-work.ts";
import { priorityOf, ticketOf } from "./priority.ts";
import { SharedLine } from "./shared-line.ts";
import { Sweep } from "./sweep.ts";

/** Before a database is asked again that did not answer. */
const PAUSES = { firstMs: 500, longestMs: 10_000 };

/** What is told of a job without its moving in the line. */
const UNMOVED: ReadonlySet<JobEvent["type"]> = new Set(["progress", "preview", "description", "held"]);

interface RemoteQueueConfig {
  readonly DATA_DIR: string;
  /** Unsettled jobs one person may have. */
  readonly JOBS_PER_USER: number;
  /** Unsettled jobs one server may have. */
  readonly JOBS_PER_GUILD: number;
}

export interface RemoteQueueOptions {
  /** The queue does not close it. */
  readonly exchange: Exchange;
  readonly repositories: {
    readonly jobs: JobRepository;
    readonly workers: WorkerRepository;
    readonly sharedQueue: SharedQueue;
  };
  readonly config: RemoteQueueConfig;
  readonly log: Logger;
  /** Of the jobs that it finds, those that it shows. Default: all. */
  readonly shows?: (request: JobRequest) => boolean;
  /** How often what was lost is looked for, milliseconds. */
  readonly sweepMs?: number;
}

/**
 * A queue whose jobs are run by workers on any machine.
 *
 * @example
 * const exchange = await connect(config.QUEUE_URL, { log, connections: 3 });
 * const queue = createRemoteQueue({ exchange, repositories: store, config, log });
 * queue.subscribe(present);
 * await queue.resume();
 */
export const createRemoteQueue = (options: RemoteQueueOptions): JobQueue => new RemoteQueue(options);

class RemoteQueue implements JobQueue {
  readonly #options: RemoteQueueOptions;
  readonly #limits: Limits;
  readonly #known = new KnownJobs();
  readonly #news: JobNews;
  readonly #history = new StageHistory();
  readonly #line: SharedLine;
  readonly #admission: Admission<KnownJob>;
  readonly #paint: WorkQueue<PaintTicket>;
  readonly #sweep: Sweep;
  /** Previews that workers have sent. */
  readonly #folders: WorkFolders;
  readonly #closing = new AbortController();
  /** Jobs that are being written down: no row does not mean that they were erased. */
  readonly #coming = new Set<string>();
  #stopWatching = (): void => undefined;
  #deaf: Promise<() => void> | null = null;

  constructor(options: RemoteQueueOptions) {
    const { exchange, repositories, config, log, sweepMs } = options;
    const known = this.#known;
    this.#options = options;
    this.#limits = { perUser: config.JOBS_PER_USER, perGuild: config.JOBS_PER_GUILD };
    this.#news = new JobNews(log);
    this.#news.subscribe(({ type }) => {
      if (!UNMOVED.has(type)) this.#line.changed();
    });
    this.#line = new SharedLine({ ...repositories, history: this.#history, known });
    this.#paint = exchange.queue<PaintTicket>("paint");
    this.#folders = new WorkFolders(path.join(config.DATA_DIR, WORK), log);
    const occupancy = {
      ofUser: (userId: string) => known.ofUser(userId),
      ofGuild: (guildId: string | null) => known.ofGuild(guildId),
      endsIn: ({ job }: KnownJob) => this.#line.endsIn(job.id),
    };
    this.#admission = new Admission(occupancy, this.#limits);
    this.#sweep = new Sweep({
      ...repositories,
      queue: this.#paint,
      line: this.#line,
      known,
      look: (held) => this.#look(held),
      log,
      ...(sweepMs !== undefined && { everyMs: sweepMs }),
    });
  }

  reserve(asker: Asker, jobs = 1): Reservation {
    assertOpen(this.#closing.signal);
    return this.#admission.reserve(asker, jobs);
  }

  async enqueue(request: JobRequest, reservation?: Reservation): Promise<Job> {
    assertOpen(this.#closing.signal);
    this.#listen();
    try {
      this.#admission.admit(request, reservation);
    } catch {
      // Read anew, so that the refusal says when there will be room.
      await this.#line.entries();
      this.#admission.admit(request, reservation);
    }
    // Held before anything is waited for, so that two requests at once cannot both take the last place.
    const held = this.#known.add(newJob(request));
    const { job } = held;
    let turn: number;
    let base: number;
    this.#coming.add(job.id);
    try {
      await this.#deaf;
      ({ turn, base } = await this.#admit(job));
    } catch (error) {
      this.#known.remove(held);
      if (hindranceOf(error) !== null) void this.#disown(job.id);
      throw refusal(error);
    } finally {
      this.#coming.delete(job.id);
    }
    this.#news.tell({ type: "queued", job });
    // It is in the database: where this fails, the sweep does it.
    await this.#paint.add(job.id, ticketOf(turn), priorityOf(turn, base)).catch((error: unknown) => {
      this.#options.log.warn({ job: job.id, error: messageOf(error) }, "a job could not be handed to workers yet");
    });
    return job;
  }

  get(id: string): Promise<Job | null> {
    return this.#options.repositories.jobs.get(id);
  }

  async place(id: string): Promise<QueuePlace | null> {
    return (await this.#line.places([id])).get(id) ?? null;
  }

  places(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePlace>> {
    return this.#line.places(ids);
  }

  snapshot(guildId?: string | null, limit = Infinity): Promise<QueueSnapshot> {
    return this.#options.repositories.sharedQueue.snapshot(guildId, limit);
  }

  async cancel(id: string): Promise<boolean> {
    const { repositories } = this.#options;
    const job = await repositories.jobs.transition(id, "cancelled", { settledAt: Date.now() });
    if (!job) return false;
    const held = this.#known.get(id);
    if (held) await this.#end(held, job);
    await this.#callOff(id);
    return true;
  }

  subscribe(listener: JobListener): () => void {
    return this.#news.subscribe(listener);
  }

  async resume(): Promise<void> {
    const { repositories, log } = this.#options;
    const { jobs } = repositories;
    this.#listen();
    await this.#deaf;
    await this.#history.recall(jobs);
    await this.#folders.clearLeftovers((id) => this.#known.get(id) !== undefined);
    for (const { job } of await this.#unsettled()) if (!this.#known.get(job.id)) this.#show(job, { resumed: true });
    await this.#sweep.start();
    if (!this.#closing.signal.aborted)
      this.#stopWatching = watchHandChanges(jobs, log, () => this.#followHandChanges());
  }

  async close(): Promise<void> {
    this.#closing.abort(new CancelledError("The bot is going down"));
    this.#stopWatching();
    await this.#sweep.close();
    (await this.#deaf?.catch(() => undefined))?.();
    await Promise.all([...this.#known.all()].map((held) => held.inTurn(() => undefined)));
    this.#news.close();
  }

  /** The database did not answer: it may have written down all the same what its person was told is not queued. */
  async #disown(id: string): Promise<void> {
    const { repositories, log } = this.#options;
    const cancel = (): Promise<Job | null> => repositories.jobs.transition(id, "cancelled", { settledAt: Date.now() });
    const mayPass = (error: unknown): boolean => hindranceOf(error) !== null;
    try {
      const written = await retrying(cancel, { pauses: PAUSES, mayPass, signal: this.#closing.signal });
      if (written) await this.#callOff(id);
    } catch (error) {
      log.debug({ job: id, error: messageOf(error) }, "a job that was refused may be in the database");
    }
  }

  /** Nobody is to work on a cancelled job any more. */
  async #callOff(id: string): Promise<void> {
    const { exchange, log } = this.#options;
    await this.#paint.remove(id);
    const order: Order = { cancelled: id };
    await exchange.tell("orders", order).catch((error: unknown) => {
      log.debug({ job: id, error: messageOf(error) }, "workers could not be told; they find out");
    });
  }

  async #unsettled(): Promise<readonly QueuedJob[]> {
    const { repositories, shows = () => true } = this.#options;
    return (await repositories.jobs.unsettled()).filter(({ job }) => shows(job.request));
  }

  /** From now on; what runs is begun for whoever listens, and what it is at, its worker tells. */
  #show(job: Job, how: { readonly resumed?: true } = {}): void {
    const held = this.#known.add(job);
    this.#news.tell({ type: "queued", job: { ...job, state: "queued" }, ...how });
    if (isRunning(job.state)) this.#begun(held);
  }

  /** Shows and hands out what was queued by hand, and calls off what was cancelled. */
  async #followHandChanges(): Promise<void> {
    const { jobs, sharedQueue } = this.#options.repositories;
    const known = new Map([...this.#known.all()].map((held) => [held.job.id, held]));
    const rows = await this.#unsettled();
    // Whatever came or went meanwhile is this process's own doing.
    const queued = rows.filter(({ job }) => !known.has(job.id) && !this.#known.get(job.id));
    const base = queued.length === 0 ? 0 : await sharedQueue.base();
    for (const { job, turn } of queued) {
      this.#show(job);
      await this.#paint.add(job.id, ticketOf(turn), priorityOf(turn, base));
    }
    for (const { job } of rows) known.delete(job.id);
    for (const [id, held] of known) {
      const { state = "cancelled" } = (await jobs.get(id)) ?? {};
      if (state !== "cancelled" || this.#coming.has(id) || this.#known.get(id) !== held) continue;
      await this.#look(held);
      await this.#callOff(id);
    }
  }

  /** The turn that the job got. @throws UserError when there is no room, which other bots may know better */
  async #admit(job: Job): Promise<{ readonly turn: number; readonly base: number }> {
    const { sharedQueue } = this.#options.repositories;
    const kept = this.#admission.kept(job.request);
    const room = { ...this.#limits, keptForUser: kept.ofUser, keptForGuild: kept.ofGuild };
    const turn = await sharedQueue.admit(job, room);
    if (turn) return turn;
    const pending = (await this.#line.entries()).map((entry) => ({
      job: entry.job,
      endsIn: this.#line.endsIn(entry.job.id),
    }));
    checkLimits(job.request, pending, this.#limits, {
      jobs: 1,
      reservedOfUser: kept.ofUser,
      reservedOfGuild: kept.ofGuild,
    });
    // There is room by now.
    return this.#admit(job);
  }

  /** Hears what workers tell, from the first job on. */
  #listen(): void {
    const { exchange, log } = this.#options;
    this.#deaf ??= exchange.listen("news", (told) => {
      const held = this.#known.get(jobOf(told) ?? "");
      if (!held) return;
      void held.inTurn(async () => {
        try {
          const news = await hearNews(told);
          if (news) await this.#hear(held, news);
        } catch (error) {
          log.debug({ job: held.job.id, error: messageOf(error) }, "news of a job were lost");
        }
      });
    });
    this.#deaf.catch(() => (this.#deaf = null));
  }

  async #hear(held: KnownJob, { fence, now, happened, picture }: HeardNews): Promise<void> {
    if (fence < held.fence || this.#known.get(held.job.id) !== held) return;
    held.fence = fence;
    if (happened.type === "look") return this.#takeIn(held);
    if (now && !isSettled(now.state)) held.job = { ...held.job, ...now };
    const { job } = held;
    switch (happened.type) {
      case "started":
        held.stage = happened.stage;
        held.endsAt = null;
        return this.#news.tell({ ...happened, job });
      case "progress":
        held.endsAt = happened.etaSeconds === null ? null : performance.now() + happened.etaSeconds * 1000;
        return this.#news.tell({ ...happened, job });
      case "description": {
        const { note, ...rest } = happened;
        return this.#news.tell({ ...rest, ...(note !== undefined && { note }), job });
      }
      case "held":
        return this.#news.tell({ ...happened, job });
      case "preview": {
        const bytes = await picture();
        if (!bytes || this.#known.get(job.id) !== held) return;
        const folder = this.#folders.of(job.id);
        const file = path.join(folder, `preview-${happened.step}.jpg`);
        await mkdir(folder, { recursive: true });
        await writeFile(file, bytes);
        this.#news.tell({ ...happened, job, path: file });
      }
    }
  }

  /** Looks at a job's row, in turn. */
  #look(held: KnownJob): Promise<void> {
    return held.inTurn(() =>
      this.#takeIn(held).catch((error: unknown) => {
        this.#options.log.debug({ job: held.job.id, error: messageOf(error) }, "a job could not be looked at");
      }),
    );
  }

  /** Tells what a job's row says and was not told yet. */
  async #takeIn(held: KnownJob): Promise<void> {
    const { id } = held.job;
    if (this.#coming.has(id)) return;
    const row = await this.#options.repositories.jobs.get(id);
    if (this.#known.get(id) !== held) return;
    // Another process has erased it, which cancels it.
    if (!row) return this.#end(held, { ...held.job, state: "cancelled", settledAt: Date.now() });
    const before = held.job.state;
    if (isSettled(row.state)) return this.#end(held, row);
    held.job = row;
    if (isRunning(row.state) && !isRunning(before)) this.#begun(held);
    if (!isRunning(row.state) && isRunning(before)) {
      held.stage = null;
      this.#news.tell({ type: "queued", job: row, resumed: true });
    }
  }

  #begun(held: KnownJob): void {
    const { job } = held;
    held.stage = job.state === "captioning" ? "caption" : "stylize";
    held.endsAt = null;
    this.#news.tell({ type: "started", job, stage: held.stage, attempt: job.attempts });
  }

  async #end(held: KnownJob, job: Job): Promise<void> {
    if (this.#known.get(job.id) !== held) return;
    this.#known.remove(held);
    held.job = job;
    if (job.state === "done") this.#history.learn(job);
    this.#news.tell({ type: job.state === "done" || job.state === "failed" ? job.state : "cancelled", job });
    await this.#folders.clear(job.id);
  }
}
