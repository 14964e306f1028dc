/** Shows all jobs: subscribes to the queue, keeps one `JobPresenter` per job that is not settled, looks after the rest at start. */
import type { Client } from "discord.js";

import type { JobEvent } from "../jobs/events.ts";
import { isSettled, type Job } from "../jobs/job.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Logger } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Surface } from "../store/surfaces.ts";
import type { Deliveries } from "./deliveries.ts";
import type { FirstEdit } from "./first-edit.ts";
import { JobPresenter, type PresenterParts } from "./job-presenter.ts";

export interface PresenterOptions {
  readonly client: Client;
  readonly queue: JobQueue;
  readonly store: Pick<Store, "surfaces" | "files">;
  readonly deliveries: Deliveries;
  readonly log: Logger;
  /** The name people see for a describer's id. */
  readonly describerLabel: (id: string) => string;
  /** A finished picture was posted. */
  readonly onResult: (job: Job, channelId: string, messageId: string) => void;
}

/** Settled jobs that are held in memory while Discord takes nothing. */
const MOST_UNTOLD = 50;

export class Presenter {
  readonly #options: PresenterOptions;
  readonly #parts: PresenterParts;
  readonly #jobs = new Map<string, JobPresenter>();
  /** Jobs whose surface is being looked up, with the events that came meanwhile. */
  readonly #coming = new Map<string, JobEvent[]>();
  readonly #firstEdits = new Map<string, FirstEdit>();
  readonly #remarked = new Set<string>();
  /** Settled jobs among `#jobs` whose end did not get through. */
  readonly #untold = new Set<string>();
  readonly #unsubscribe: () => void;
  #placing: Promise<void> | null = null;
  #placeAgain = false;

  constructor(options: PresenterOptions) {
    this.#options = options;
    const { client, store, log, describerLabel, onResult } = options;
    this.#parts = {
      client,
      surfaces: store.surfaces,
      files: store.files,
      findJob: (id) => options.queue.get(id),
      log,
      describerLabel,
      onResult,
      firstRemark: (channelId) => !this.#remarked.has(channelId) && this.#remarked.add(channelId).size > 0,
    };
    this.#unsubscribe = options.queue.subscribe((event) => this.#handle(event));
  }

  /** Says that the job about to be queued answers this message, and who makes its first edit. */
  expect(messageId: string, firstEdit: FirstEdit): void {
    this.#firstEdits.set(messageId, firstEdit);
  }

  /** No job came of it. */
  forget(messageId: string): void {
    this.#firstEdits.delete(messageId);
  }

  /** The presenter of a job that is being shown. */
  find(jobId: string): JobPresenter | null {
    return this.#jobs.get(jobId) ?? null;
  }

  /** Takes up what an earlier process left: jobs that ended unseen, and those that will be resumed. Call before `queue.resume`. */
  async resume(): Promise<void> {
    const { store, queue, log } = this.#options;
    for (const surface of await store.surfaces.unfinished()) {
      const job = await queue.get(surface.jobId);
      if (!job) continue;
      log.info({ job: job.id, state: job.state }, "taking up a job of an earlier run");
      if (isSettled(job.state)) this.#owe(job);
      else this.#add(job, surface, true);
    }
  }

  /** Stops listening; what is being sent is sent. */
  async close(): Promise<void> {
    this.#unsubscribe();
    const shown = [...this.#jobs.values()];
    // The others are being told.
    const open = shown.filter(({ job }) => !isSettled(job.state) || this.#untold.has(job.id));
    await Promise.all(open.map((one) => one.close()));
  }

  #handle(event: JobEvent): void {
    const { job } = event;
    const shown = this.#jobs.get(job.id);
    if (shown) this.#pass(shown, event);
    else if (this.#coming.has(job.id)) this.#coming.get(job.id)!.push(event);
    else if (job.request.replyTo) {
      this.#coming.set(job.id, [event]);
      void this.#welcome(job);
    }
    const moves = event.type === "queued" || event.type === "started" || isSettled(job.state);
    if (moves) this.#refreshPlaces();
  }

  async #welcome(job: Job): Promise<void> {
    const { store, log } = this.#options;
    const replyTo = job.request.replyTo!;
    try {
      const known = await store.surfaces.get(job.id);
      const surface =
        known ??
        (await store.surfaces.create({
          jobId: job.id,
          guildId: job.request.guildId,
          channelId: replyTo.channelId,
          cardMessageId: replyTo.messageId,
        }));
      const shown = this.#add(job, surface, known !== null);
      for (const event of this.#coming.get(job.id) ?? []) this.#pass(shown, event);
      this.#refreshPlaces();
    } catch (error) {
      log.error({ err: error, job: job.id }, "a job cannot be shown");
    } finally {
      this.#coming.delete(job.id);
    }
  }

  #add(job: Job, surface: Surface, takenUp: boolean): JobPresenter {
    const firstEdit = this.#firstEdits.get(surface.cardMessageId ?? "") ?? null;
    const shown = new JobPresenter(this.#parts, job, surface, firstEdit, takenUp);
    this.#jobs.set(job.id, shown);
    return shown;
  }

  #pass(shown: JobPresenter, event: JobEvent): void {
    shown.handle(event);
    if (isSettled(event.job.state)) this.#owe(event.job);
  }

  #owe(job: Job): void {
    const place = job.request.replyTo?.channelId ?? "";
    void this.#options.deliveries.owe(`job ${job.id}`, place, (again) => this.#tell(job, again));
  }

  async #tell(job: Job, again: boolean): Promise<void> {
    const surface = await this.#options.store.surfaces.get(job.id);
    const shown = this.#jobs.get(job.id) ?? (surface && !surface.finished ? this.#add(job, surface, true) : null);
    try {
      await shown?.finish(again);
      this.#firstEdits.delete(surface?.cardMessageId ?? "");
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
    for (const [id, shown] of this.#jobs) {
      if (!isSettled(shown.job.state)) shown.setPlace(await this.#options.queue.place(id));
    }
  }
}
