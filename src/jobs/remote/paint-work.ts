/** Paints what bots have queued: takes jobs from the shared queue, and runs them in the lanes of this process. */
import PQueue from "p-queue";

import type { Engine } from "../engine.ts";
import type { ChooseVariant } from "../choose-variant.ts";
import { CancelledError, messageOf } from "../../errors.ts";
import type { SharedQueue } from "../fleet.ts";
import { isSettled, type Job, type Painter } from "../job.ts";
import type { Repositories } from "../repositories.ts";
import type { Logger } from "../../log.ts";
import { Endings } from "../running/endings.ts";
import { MAX_ATTEMPTS } from "../running/failure.ts";
import { JobNews } from "../running/job-news.ts";
import { Lanes } from "../running/lanes.ts";
import { StageHistory } from "../running/stage-history.ts";
import { UnsettledJobs } from "../running/unsettled-jobs.ts";
import { WorkFolders } from "../running/work-folders.ts";
import type { Tasks } from "../tasks.ts";
import type { Claims, Exchange, LockTimes, Outcome, Ticket } from "./exchange.ts";
import { lackOf } from "./fitness.ts";
import { LiveNews } from "./live-news.ts";
import { orderSchema } from "./orders.ts";

/** What a queue's ticket says of a job; all else stands in its row. */
export interface PaintTicket {
  readonly turn: number;
}

export interface PaintWorkOptions {
  readonly exchange: Exchange;
  /** Started. */
  readonly engine: Engine;
  /** Of the engine. */
  readonly tasks: Tasks;
  readonly repositories: Repositories & { readonly sharedQueue: SharedQueue };
  readonly chooseVariant: ChooseVariant;
  /** For previews and unfinished results; this worker's own. */
  readonly folder: string;
  readonly name: string;
  /** Stands beside each picture: whoever compares bytes has to know. */
  readonly painter?: Painter;
  /** Pictures that are painted at once. */
  readonly concurrency: number;
  readonly times?: LockTimes;
  readonly log: Logger;
}

export class PaintWork {
  readonly #options: PaintWorkOptions;
  readonly #news: JobNews;
  readonly #history = new StageHistory();
  readonly #unsettled: UnsettledJobs;
  readonly #endings: Endings;
  readonly #lanes: Lanes;
  readonly #live: LiveNews;
  readonly #folders: WorkFolders;
  readonly #closing = new AbortController();
  /** By job: a lock that was lost may come back to this worker before it has stopped. */
  readonly #running = new Map<string, Promise<Outcome>>();
  /** One after the other, so that jobs come into the lanes in the order in which they were given out. */
  readonly #opening = new PQueue({ concurrency: 1 });
  #claims: Claims | null = null;
  #deaf = (): void => undefined;

  constructor(options: PaintWorkOptions) {
    const { engine, tasks, repositories, chooseVariant, folder, name, painter, concurrency, exchange, log } = options;
    const { jobs } = repositories;
    this.#options = options;
    this.#news = new JobNews(log);
    this.#folders = new WorkFolders(folder, log);
    this.#live = new LiveNews(exchange, log);
    const [history, news, closing] = [this.#history, this.#news, this.#closing.signal];
    const common = { jobs, history, news, folder, worker: name };
    this.#unsettled = new UnsettledJobs({ ...common, engine, concurrency });
    this.#endings = new Endings({ ...common, unsettled: this.#unsettled, closing, log });
    const parts = { engine, tasks, repositories, chooseVariant, history, folders: this.#folders, log };
    const stages = { ...parts, ...(painter && { painter }) };
    const [unsettled, endings] = [this.#unsettled, this.#endings];
    this.#lanes = new Lanes({ stages, unsettled, endings, concurrency, closing });
    const fences = new Map<string, number>();
    news.subscribe((event) => {
      const { id } = event.job;
      const fence = unsettled.get(id)?.fence ?? fences.get(id) ?? 0;
      fences.set(id, fence);
      if (isSettled(event.job.state)) fences.delete(id);
      this.#live.tell(event, fence);
    });
  }

  /** Ids of the jobs that this worker has. */
  get jobs(): readonly string[] {
    return [...this.#unsettled.all()].map(({ job }) => job.id);
  }

  /** Begins to take jobs. */
  async start(): Promise<void> {
    const { exchange, engine, repositories, name, concurrency, times } = this.#options;
    await this.#history.recall(repositories.jobs);
    this.#deaf = await exchange.listen("orders", ({ message }) => {
      const order = orderSchema.safeParse(message).data;
      if (order) void this.#lookAfter(order.cancelled);
    });
    // Where the next style is described while a picture is painted, one job more is at hand.
    const atOnce = concurrency + (engine.info?.parallelStages ? 1 : 0);
    const settings = { name, concurrency: atOnce, ...(times && { times }) };
    this.#claims = await exchange.work<PaintTicket>("paint", settings, async (ticket) => {
      await this.#running.get(ticket.id)?.catch(() => undefined);
      const run = this.#run(ticket).finally(() => this.#running.delete(ticket.id));
      this.#running.set(ticket.id, run);
      return run;
    });
  }

  /** Looks whether somebody has stopped what runs: a word of it may have been lost. */
  async check(): Promise<void> {
    for (const { job } of this.#unsettled.all()) await this.#lookAfter(job.id);
  }

  /** Takes no more, and gives back what runs: others do it, and the attempt does not count. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#claims?.pause();
    for (const { abort } of this.#unsettled.all()) abort.abort(new CancelledError("The worker is going down"));
    await Promise.all([this.#claims?.close(), this.#lanes.idle(), this.#endings.recorded()]);
    this.#deaf();
    this.#news.close();
    await this.#live.sent();
  }

  /** What is to be painted of a ticket; an outcome where that is nothing. */
  async #open({ id, data }: Ticket<PaintTicket>): Promise<Job | Outcome> {
    const { engine, repositories } = this.#options;
    if (this.#closing.signal.aborted) return "back";
    const found = await repositories.jobs.get(id);
    if (!found || isSettled(found.state)) return "done";
    // Somebody else may be able to, now or later.
    if (lackOf(found.request, engine.info) !== null) return "later";
    await repositories.sharedQueue.begin(data.turn);
    return found;
  }

  async #run(ticket: Ticket<PaintTicket>): Promise<Outcome> {
    const { repositories, log } = this.#options;
    const { jobs } = repositories;
    const { id, data, signal } = ticket;
    const found = await this.#opening.add(() => this.#open(ticket));
    if (typeof found === "string") return found;
    // Somebody else may have it by now.
    if (signal.aborted) return "back";
    const [tracked] = this.#unsettled.takeUp([{ job: found, turn: data.turn }]);
    signal.addEventListener("abort", () => {
      log.warn({ job: id }, "the lock of a job was lost; somebody else may have it");
      tracked!.abandon();
    });
    try {
      if (found.attempts >= MAX_ATTEMPTS) {
        await tracked!.takeOver();
        await this.#endings.giveUp(tracked!);
      } else await this.#lanes.run(tracked!);
    } finally {
      if (this.#unsettled.get(id) === tracked) this.#unsettled.remove(tracked!);
      await this.#folders.clear(id);
    }
    const left = await jobs.get(id);
    if (!left || isSettled(left.state)) return "done";
    this.#live.look(left, tracked!.fence);
    if (tracked!.interrupted) return "back";
    throw new Error(`Job ${id} could not be settled`);
  }

  /** Stops a job that is settled in its row, or erased. */
  async #lookAfter(id: string): Promise<void> {
    if (!this.#unsettled.get(id)) return;
    try {
      const job = await this.#options.repositories.jobs.get(id);
      const tracked = this.#unsettled.get(id);
      if (!job) tracked?.abandon();
      else if (isSettled(job.state) && tracked) this.#endings.settle(job);
    } catch (error) {
      this.#options.log.debug({ job: id, error: messageOf(error) }, "a job could not be looked at");
    }
  }
}
