/** A button pressed twice by the same person begins one job; two people who press it begin two. */
import { UserError } from "../../errors.ts";
import { isSettled, type Job } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { alreadyUnderWay } from "../wording/commands.ts";

export interface PressOnceOptions {
  readonly queue: Pick<JobQueue, "subscribe">;
  /** Where a job that is under way can be looked at. */
  readonly linkTo: (jobId: string) => Promise<string | null>;
}

export class PressOnce {
  readonly #options: PressOnceOptions;
  /** By person and button, until the job is settled: never more than the queue holds. */
  readonly #underWay = new Map<string, Promise<Job>>();
  /** What `#underWay` knows each job by. */
  readonly #keys = new Map<string, string>();

  constructor(options: PressOnceOptions) {
    this.#options = options;
    options.queue.subscribe(({ job }) => {
      if (isSettled(job.state)) this.#forget(job.id);
    });
  }

  /** How many presses are remembered. */
  get size(): number {
    return this.#underWay.size;
  }

  /**
   * Runs `begin` unless the job of the same person's earlier press is still under way.
   *
   * @throws UserError `already-under-way`, with the way to that job
   */
  async run(userId: string, press: string, begin: () => Promise<Job>): Promise<Job> {
    const key = `${userId}/${press}`;
    const earlier = this.#underWay.get(key);
    if (earlier) {
      const link = await this.#options.linkTo((await earlier).id);
      throw new UserError("already-under-way", alreadyUnderWay(link));
    }
    const job = begin();
    this.#underWay.set(key, job);
    try {
      this.#keys.set((await job).id, key);
    } catch (error) {
      this.#underWay.delete(key);
      throw error;
    }
    return job;
  }

  #forget(jobId: string): void {
    const key = this.#keys.get(jobId);
    if (key === undefined) return;
    this.#keys.delete(jobId);
    this.#underWay.delete(key);
  }
}
