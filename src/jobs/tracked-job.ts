/** A job that is not settled, as the process that runs it holds it. */
import { throwIfCancelled } from "../checkpoint.ts";
import { CancelledError } from "../errors.ts";
import type { JobEvent, JobStage } from "./events.ts";
import { isSettled, type Job, type JobState } from "./job.ts";
import type { JobPatch, JobRepository } from "./repositories.ts";
import { isRunning } from "./transitions.ts";

export class TrackedJob {
  /** As it stands in the database. */
  job: Job;
  readonly turn: number;
  readonly abort = new AbortController();
  /** Whether the running attempt has been counted. */
  attemptOpen = false;
  /** Work on it stopped in good order; the next process takes it up. */
  interrupted = false;
  /** A lane works on it, or has it waiting between its stages. */
  begun = false;
  stage: { readonly name: JobStage; readonly startedAt: number; step: number; steps: number } | null = null;
  captionSeconds = 0;
  /** Wall-clock seconds of everything before stylizing, faces and caches included. */
  preparationSeconds = 0;
  readonly #jobs: JobRepository;
  readonly #emit: (event: JobEvent) => void;

  constructor(job: Job, turn: number, jobs: JobRepository, emit: (event: JobEvent) => void) {
    this.job = job;
    this.turn = turn;
    this.#jobs = jobs;
    this.#emit = emit;
  }

  get settled(): boolean {
    return isSettled(this.job.state);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Tells what happened, unless the job was settled meanwhile: nothing follows the end. */
  tell(event: JobEvent): void {
    if (!this.settled) this.#emit(event);
  }

  /** @throws CancelledError when the move is not legal: somebody settled the job meanwhile */
  async move(to: JobState, patch: JobPatch = {}): Promise<Job> {
    return this.#hold(await this.#jobs.transition(this.job.id, to, patch));
  }

  /** @throws CancelledError when somebody settled the job meanwhile */
  async amend(patch: JobPatch): Promise<Job> {
    return this.#hold(await this.#jobs.amend(this.job.id, patch));
  }

  /** Begins a stage: moves the job, counts the attempt once, tells it. @throws CancelledError */
  async beginStage(name: JobStage): Promise<void> {
    throwIfCancelled(this.signal);
    const patch: JobPatch = {
      startedAt: this.job.startedAt ?? Date.now(),
      ...(this.attemptOpen ? {} : { attempts: this.job.attempts + 1 }),
    };
    const job = await this.move(name === "caption" ? "captioning" : "stylizing", patch);
    this.attemptOpen = true;
    this.stage = { name, startedAt: performance.now(), step: 0, steps: 0 };
    this.tell({ type: "started", job, stage: name, attempt: job.attempts });
  }

  /** Between the stages, where each has its own device: waits for the next one. */
  async rest(): Promise<void> {
    this.stage = null;
    if (isRunning(this.job.state)) await this.move("queued");
  }

  /** After a fault that may not come back: the next stage that begins counts as another attempt. */
  async giveUpAttempt(lastFault: string): Promise<void> {
    this.attemptOpen = false;
    await this.#backToQueue({ lastFault });
  }

  /** Nobody cancelled the job: the engine or the bot is going down in good order, which is not held against it. */
  async interrupt(): Promise<void> {
    this.interrupted = true;
    await this.#backToQueue(this.attemptOpen ? { attempts: this.job.attempts - 1 } : {});
  }

  /** Like `move`; `false` where that throws. */
  async tryMove(to: JobState, patch: JobPatch = {}): Promise<boolean> {
    const job = await this.#jobs.transition(this.job.id, to, patch);
    if (job && !this.settled) this.job = job;
    return job !== null;
  }

  async #backToQueue(patch: JobPatch): Promise<void> {
    this.stage = null;
    if (isRunning(this.job.state)) await this.tryMove("queued", patch);
    else if (Object.keys(patch).length > 0) await this.#jobs.amend(this.job.id, patch);
  }

  /** Settled is settled, also when the news of an earlier move arrives late. */
  #hold(job: Job | null): Job {
    if (!job || this.settled) throw new CancelledError();
    this.job = job;
    return job;
  }
}
