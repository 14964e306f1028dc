/** A job that is not settled, as the process that runs it holds it. */
import { throwIfCancelled } from "../../breathe.ts";
import { CancelledError } from "../../errors.ts";
import { type Hindrance, type RoomOptions, untilRoom } from "../../room.ts";
import type { EngineNews } from "../engine.ts";
import type { JobEvent, JobStage } from "../events.ts";
import { isSettled, type Job, type JobState } from "../job.ts";
import type { JobPatch, JobRepository, Lease } from "../repositories.ts";
import { isRunning } from "../transitions.ts";
import type { JobNews } from "./job-news.ts";
import { remainingSeconds } from "./stage-history.ts";

export interface TrackedParts {
  readonly jobs: JobRepository;
  readonly news: JobNews;
  /** Folder on the disk that jobs are written to. */
  readonly folder: string;
  /** Who works on the jobs, for people who look. */
  readonly worker: string;
}

interface RunningStage {
  readonly name: JobStage;
  /** Seconds that it will probably take. */
  readonly estimate: number | null;
  /** By `performance.now()`. */
  readonly startedAt: number;
  step: number;
  steps: number;
}

export class TrackedJob {
  /** As it stands in the database, once it was taken over. */
  job: Job;
  readonly turn: number;
  readonly abort = new AbortController();
  /** Whether the running attempt has been counted. */
  attemptOpen = false;
  /** Lets this process write what becomes of it; `null` until it was taken over. */
  #lease: Lease | null = null;
  /** Work on it stopped in good order; the next process takes it up. */
  interrupted = false;
  #lost = false;
  /** A lane works on it, or has it waiting between its stages. */
  begun = false;
  #stage: RunningStage | null = null;
  captionSeconds = 0;
  /** Wall-clock seconds of everything before stylizing, faces and caches included. */
  preparationSeconds = 0;
  readonly #parts: TrackedParts;

  constructor(job: Job, turn: number, parts: TrackedParts) {
    this.job = isRunning(job.state) ? { ...job, state: "queued" } : job;
    this.turn = turn;
    this.#parts = parts;
  }

  get settled(): boolean {
    return isSettled(this.job.state);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Counts who has had the job; 0 until it was taken over. */
  get fence(): number {
    return this.#lease?.fence ?? 0;
  }

  /** Tells what happened, unless the job was settled meanwhile: nothing follows the end. */
  tell(event: JobEvent): void {
    if (!this.settled) this.#parts.news.tell(event);
  }

  /** Takes in what the engine tells about the stage that runs, as its hook. */
  readonly hear = (news: EngineNews): void => {
    const { job } = this;
    switch (news.type) {
      case "text":
        return this.tell({ type: "description", job, text: news.text, done: false });
      case "progress":
        return this.#advance(news.step, news.steps);
      case "preview":
        return this.tell({ ...news, job });
      case "begun":
      case "look":
        // Of learning, which is no job's.
        return;
    }
  };

  #advance(step: number, steps: number): void {
    if (!this.#stage) return;
    Object.assign(this.#stage, { step, steps });
    const etaSeconds = this.secondsLeft;
    this.tell({ type: "progress", job: this.job, stage: this.#stage.name, step, steps, etaSeconds });
  }

  /** The stage that an engine works on; `null` while none does. */
  get stage(): JobStage | null {
    return this.#stage?.name ?? null;
  }

  /** Seconds until the stage that runs probably ends; `null` while nobody can tell. */
  get secondsLeft(): number | null {
    if (!this.#stage) return null;
    const { startedAt, step, steps, estimate } = this.#stage;
    return remainingSeconds((performance.now() - startedAt) / 1000, step, steps, estimate);
  }

  /**
   * Does what a full disk or a busy database may keep from being done, when it can be done; tells that the job is held
   * meanwhile. `work` is done again from its beginning.
   *
   * @param how about what `work` writes, and how often it is worth a try
   * @throws CancelledError when the job is stopped while it waits
   */
  lasting<T>(work: () => Promise<T>, how: Pick<RoomOptions, "bytes" | "vainTries"> = {}): Promise<T> {
    const onHeld = (by: Hindrance | null): void => this.tell({ type: "held", job: this.job, by });
    return untilRoom(work, { ...how, folder: this.#parts.folder, signal: this.signal, onHeld });
  }

  /** @throws CancelledError when the move is not legal: somebody settled the job meanwhile */
  async move(to: JobState, patch: JobPatch = {}): Promise<Job> {
    const { jobs } = this.#parts;
    const { id } = this.job;
    let tries = 0;
    const moved = await this.lasting(async () => {
      tries++;
      const job = await jobs.transition(id, to, patch, this.#lease ?? undefined);
      if (job || tries === 1) return job;
      // A write that failed may have been done all the same.
      const row = await jobs.get(id);
      return row?.state === to ? row : null;
    });
    return this.#hold(moved);
  }

  /** @throws CancelledError when somebody settled the job meanwhile */
  async amend(patch: JobPatch): Promise<Job> {
    return this.#hold(await this.lasting(() => this.#parts.jobs.amend(this.job.id, patch, this.#lease ?? undefined)));
  }

  /** Before the first stage: what a process that ran it before still writes counts no more. @throws CancelledError */
  async takeOver(): Promise<void> {
    if (this.#lease) return;
    const { jobs, worker } = this.#parts;
    const claimed = await this.lasting(() => jobs.claim(this.job.id, worker));
    this.#hold(claimed?.job ?? null);
    this.#lease = claimed!.lease;
  }

  /**
   * Begins a stage: moves the job, counts the attempt once, tells it.
   *
   * @param estimate seconds that the stage will probably take; `null` where nobody can tell
   * @throws CancelledError
   */
  async beginStage(name: JobStage, estimate: number | null): Promise<void> {
    throwIfCancelled(this.signal);
    const patch: JobPatch = {
      startedAt: this.job.startedAt ?? Date.now(),
      ...(this.attemptOpen ? {} : { attempts: this.job.attempts + 1 }),
    };
    const job = await this.move(name === "caption" ? "captioning" : "stylizing", patch);
    this.attemptOpen = true;
    this.#stage = { name, estimate, startedAt: performance.now(), step: 0, steps: 0 };
    this.tell({ type: "started", job, stage: name, attempt: job.attempts });
  }

  /** Between the stages, where each has its own device: waits for the next one. */
  async rest(): Promise<void> {
    this.#stage = null;
    if (isRunning(this.job.state)) await this.move("queued");
  }

  /** After a fault that may not come back: the next stage that begins counts as another attempt. */
  async giveUpAttempt(lastFault: string): Promise<void> {
    this.attemptOpen = false;
    await this.lasting(() => this.#backToQueue({ lastFault }));
  }

  /** Somebody else may work on it by now: this process stops, and writes nothing more. The attempt counts. */
  abandon(): void {
    this.#lost = true;
    this.abort.abort(new CancelledError("Somebody else has the job"));
  }

  /**
   * Nobody cancelled the job: the engine or the bot is going down in good order, which is not held against it. There is
   * no time to wait for room then.
   */
  async interrupt(): Promise<void> {
    this.interrupted = true;
    if (this.#lost) return;
    await this.#backToQueue(this.attemptOpen ? { attempts: this.job.attempts - 1 } : {});
  }

  async #backToQueue(patch: JobPatch): Promise<void> {
    const { jobs } = this.#parts;
    this.#stage = null;
    const isMove = isRunning(this.job.state);
    if (!isMove && Object.keys(patch).length === 0) return;
    const { id } = this.job;
    const lease = this.#lease ?? undefined;
    const job = await (isMove ? jobs.transition(id, "queued", patch, lease) : jobs.amend(id, patch, lease));
    if (job && !this.settled) this.job = job;
  }

  /** Settled is settled, also when the news of an earlier move arrives late. */
  #hold(job: Job | null): Job {
    if (!job || this.settled) throw new CancelledError();
    this.job = job;
    return job;
  }
}
