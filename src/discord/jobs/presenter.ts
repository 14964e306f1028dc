/**
 * Shows all jobs: subscribes to the queue, keeps one `JobPresenter` for each job that runs or will soon, looks after the
 * rest at start.
 *
 * Face of this room, in which a job's messages are made. A job's request says which reply it answers. A comparison that is
 * revealed borrows the buttons of a result from `job-views.ts`.
 */
import type { Client } from "discord.js";

import type { JobEvent } from "../../jobs/events.ts";
import { isSettled, type Job, speakAbout } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { isRunning } from "../../jobs/transitions.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import type { Surface } from "../../store/surface-repository.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import type { PendingReplies } from "../messages/pending-reply.ts";
import type { Cover } from "../messages/view.ts";
import { JobPresenter, linkTo, type PresenterParts } from "./job-presenter.ts";
import { COUNTED } from "../wording/jobs.ts";

export interface PresenterOptions {
  readonly client: Client;
  readonly queue: JobQueue;
  readonly store: Pick<Store, "surfaces" | "files">;
  readonly deliveries: Deliveries;
  readonly replies: PendingReplies;
  readonly log: Logger;
  readonly cover: Cover;
  /** The name people see for a describer's id. */
  readonly describerLabel: (id: string) => string;
  /** A finished picture was posted. */
  readonly onResult: (job: Job, channelId: string, messageId: string) => void;
}

type ReplyTo = NonNullable<Job["request"]["replyTo"]>;

/** Settled jobs that are held in memory while Discord takes nothing. */
const MOST_UNTOLD = 50;

export class Presenter {
  readonly #options: PresenterOptions;
  readonly #parts: PresenterParts;
  readonly #jobs = new Map<string, JobPresenter>();
  /** Jobs whose surface is being looked up, with the events that came meanwhile. */
  readonly #coming = new Map<string, JobEvent[]>();
  /** Jobs far from their turn whose last word for the time being is on its way. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #remarked = new Set<string>();
  /** Settled jobs among `#jobs` whose end did not get through. */
  readonly #untold = new Set<string>();
  readonly #unsubscribe: () => void;
  #placing: Promise<void> | null = null;
  #placeAgain = false;

  constructor(options: PresenterOptions) {
    this.#options = options;
    const { client, store, replies, log, cover, describerLabel, onResult } = options;
    this.#parts = {
      client,
      surfaces: store.surfaces,
      files: store.files,
      replies,
      findJob: (id) => options.queue.get(id),
      log,
      cover,
      describerLabel,
      onResult,
      firstRemark: (channelId) => !this.#remarked.has(channelId) && this.#remarked.add(channelId).size > 0,
    };
    this.#unsubscribe = options.queue.subscribe((event) => this.#handle(event));
  }

  /** Where a job can be looked at; `null` when that is nowhere. */
  async linkTo(jobId: string): Promise<string | null> {
    const shown = this.#jobs.get(jobId);
    if (shown) return shown.link;
    const surface = await this.#options.store.surfaces.get(jobId);
    return surface && linkTo(surface, surface.threadId ?? surface.channelId);
  }

  /**
   * Takes up jobs that an earlier process left ended and untold; those that go on are shown when they come near. Call
   * before `queue.resume`.
   */
  async resume(): Promise<void> {
    const { store, queue, log } = this.#options;
    for (const surface of await store.surfaces.untold()) {
      const job = await queue.get(surface.jobId);
      if (!job) continue;
      log.info({ job: job.id, state: job.state }, "taking up a job of an earlier run");
      this.#owe(job);
    }
  }

  /** Stops listening; what is being sent is sent. */
  async close(): Promise<void> {
    this.#unsubscribe();
    const shown = [...this.#jobs.values()];
    // The others are being told.
    const open = shown.filter(({ job }) => !isSettled(job.state) || this.#untold.has(job.id));
    await Promise.all([...open.map((one) => one.close()), ...this.#leaving.values()]);
  }

  #handle(event: JobEvent): void {
    const { job } = event;
    const shown = this.#jobs.get(job.id);
    if (shown) this.#pass(shown, event);
    else if (this.#coming.has(job.id)) this.#coming.get(job.id)!.push(event);
    else if (event.type !== "queued" || !event.resumed) this.#welcome(job, event);
    const moves = event.type === "queued" || event.type === "started" || isSettled(job.state);
    if (moves) this.#refreshPlaces();
  }

  /** Shows a job that is not shown, if there is a place for it. */
  #welcome(job: Job, ...events: JobEvent[]): void {
    const { replyTo } = job.request;
    if (!replyTo || this.#jobs.has(job.id) || this.#coming.has(job.id)) return;
    this.#coming.set(job.id, events);
    void this.#open(job, replyTo);
  }

  async #open(job: Job, replyTo: ReplyTo): Promise<void> {
    const { store, log } = this.#options;
    try {
      await this.#leaving.get(job.id);
      const known = await store.surfaces.get(job.id);
      const shown = this.#add(job, known ?? (await this.#newSurface(job, replyTo)), known !== null);
      for (const event of this.#coming.get(job.id) ?? []) this.#pass(shown, event);
      this.#refreshPlaces();
    } catch (error) {
      log.error({ err: error, job: job.id }, "a job cannot be shown");
      // Its end is told all the same, as soon as it can be noted where.
      const last = this.#coming.get(job.id)?.at(-1);
      if (last && isSettled(last.job.state)) this.#owe(last.job);
    } finally {
      this.#coming.delete(job.id);
    }
  }

  #newSurface({ id, request }: Job, { channelId, messageId }: ReplyTo): Promise<Surface> {
    const { surfaces } = this.#options.store;
    return surfaces.create({ jobId: id, guildId: request.guildId, channelId, cardMessageId: messageId });
  }

  #add(job: Job, surface: Surface, takenUp: boolean): JobPresenter {
    const shown = speakAbout(job.request, () => new JobPresenter(this.#parts, job, surface, takenUp));
    this.#jobs.set(job.id, shown);
    return shown;
  }

  #pass(shown: JobPresenter, event: JobEvent): void {
    speakAbout(event.job.request, () => shown.handle(event));
    if (isSettled(event.job.state)) this.#owe(event.job);
  }

  #owe(job: Job): void {
    const place = job.request.replyTo?.channelId ?? "";
    void this.#options.deliveries.owe(`job ${job.id}`, place, (again) =>
      speakAbout(job.request, () => this.#tell(job, again)),
    );
  }

  async #tell(job: Job, again: boolean): Promise<void> {
    const { replyTo } = job.request;
    // What was erased meanwhile has nothing to tell.
    if (!(await this.#options.queue.get(job.id))) return this.#drop(job.id);
    const known = await this.#options.store.surfaces.get(job.id);
    const surface = known ?? (replyTo ? await this.#newSurface(job, replyTo) : null);
    const shown = this.#jobs.get(job.id) ?? (surface && !surface.finished ? this.#add(job, surface, true) : null);
    try {
      await shown?.finish(again);
    } catch (error) {
      // It knows what stands already; but there may be many of them, and the next try can do with what was noted.
      if (this.#untold.add(job.id).size <= MOST_UNTOLD) throw error;
      await this.#drop(job.id);
      throw error;
    }
    await this.#drop(job.id);
  }

  async #drop(jobId: string): Promise<void> {
    const shown = this.#jobs.get(jobId);
    this.#jobs.delete(jobId);
    this.#untold.delete(jobId);
    await shown?.close();
  }

  /** Tells waiting and running jobs where they stand; one round at a time, and one more when something moved meanwhile. */
  #refreshPlaces(): void {
    if (this.#placing) {
      this.#placeAgain = true;
      return;
    }
    this.#placing = this.#tellPlaces()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, "places in the queue are unknown"))
      .finally(() => {
        this.#placing = null;
        if (!this.#placeAgain) return;
        this.#placeAgain = false;
        this.#refreshPlaces();
      });
  }

  async #tellPlaces(): Promise<void> {
    const { queue } = this.#options;
    const { running } = await queue.snapshot(undefined, 0);
    const { jobs } = await queue.snapshot(undefined, running + COUNTED);
    for (const job of jobs) this.#welcome(job);
    const near = new Set(jobs.map(({ id }) => id));
    const places = await queue.places([...this.#jobs.keys()]);
    for (const [id, shown] of this.#jobs) {
      if (isSettled(shown.job.state)) continue;
      speakAbout(shown.job.request, () => shown.setPlace(places.get(id) ?? null));
      if (!near.has(id) && !isRunning(shown.job.state) && !shown.hasToTell) this.#leave(id, shown);
    }
  }

  /** A job far from its turn has been told so, which stays true until it comes near. */
  #leave(id: string, shown: JobPresenter): void {
    this.#jobs.delete(id);
    this.#leaving.set(
      id,
      shown.close().finally(() => this.#leaving.delete(id)),
    );
  }
}
