/** How jobs end: written down, then forgotten and told, each once, whatever the disk is like. */
import { CancelledError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { hindranceOf, untilRoom } from "../../room.ts";
import { type Job, speakAbout } from "../job.ts";
import type { JobPatch, JobRepository } from "../repositories.ts";
import { interruptedWords } from "./failure.ts";
import type { JobNews } from "./job-news.ts";
import type { StageHistory } from "./stage-history.ts";
import type { TrackedJob } from "./tracked-job.ts";
import type { UnsettledJobs } from "./unsettled-jobs.ts";

export interface EndingsParts {
  readonly jobs: JobRepository;
  readonly unsettled: UnsettledJobs;
  readonly history: StageHistory;
  readonly news: JobNews;
  /** Folder on the disk that jobs are written to. */
  readonly folder: string;
  /** Aborted when the bot goes down. */
  readonly closing: AbortSignal;
  readonly log: Logger;
}

export class Endings {
  readonly #parts: EndingsParts;
  /** Ends that are told and not yet in the database. */
  readonly #unrecorded = new Set<Promise<void>>();

  constructor(parts: EndingsParts) {
    this.#parts = parts;
  }

  /** Forgets a job that is settled, stops whoever works on it, and tells the end. */
  settle(job: Job): void {
    const { unsettled, history, news } = this.#parts;
    const tracked = unsettled.get(job.id);
    if (tracked) {
      unsettled.remove(tracked);
      tracked.job = job;
      tracked.abort.abort(new CancelledError());
    }
    if (job.state === "done") history.learn(job);
    news.tell({ type: job.state === "done" || job.state === "failed" ? job.state : "cancelled", job });
  }

  /**
   * Tells a failure when it is written down: told and not written, the job would be done again by the next start.
   *
   * @throws CancelledError when the job is settled otherwise meanwhile; what keeps it from being written, where that
   * does not pass
   */
  async fail(tracked: TrackedJob, failure: string): Promise<void> {
    this.settle(await tracked.move("failed", { failure, settledAt: Date.now() }));
  }

  /** For a store that is broken: the person is told all the same. */
  failUnrecorded(tracked: TrackedJob, failure: string, error: unknown): void {
    this.#parts.log.error({ err: error, job: tracked.job.id }, "a failed job could not be recorded");
    this.settle({ ...tracked.job, failure, settledAt: Date.now(), state: "failed" });
  }

  /** For a job that earlier processes went down with. A start does not wait for a disk that is full. */
  async giveUp(tracked: TrackedJob): Promise<void> {
    const { request, lastFault } = tracked.job;
    const words = speakAbout(request, () => interruptedWords(lastFault));
    let stop = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      stop = this.#parts.news.subscribe(({ type, job }) => type === "held" && job.id === tracked.job.id && resolve());
    });
    const failing = this.fail(tracked, words).catch((error: unknown) => {
      if (!(error instanceof CancelledError)) this.failUnrecorded(tracked, words, error);
    });
    await Promise.race([failing, held]).finally(stop);
  }

  /** @returns `false` when it was settled already. @throws what keeps it from being written, of a job nobody runs */
  async cancel(id: string): Promise<boolean> {
    const { jobs, unsettled } = this.#parts;
    const patch = { settledAt: Date.now() };
    try {
      const tracked = unsettled.get(id);
      const job = await jobs.transition(id, "cancelled", patch);
      // Whoever looked at the database meanwhile may have settled it.
      if (job && unsettled.get(id) === tracked) this.settle(job);
      return job !== null;
    } catch (error) {
      const tracked = unsettled.get(id);
      if (!tracked || hindranceOf(error) === null) throw error;
      // It is stopped all the same; the row follows.
      this.settle({ ...tracked.job, ...patch, state: "cancelled" });
      this.#recordCancelled(id, patch);
      return true;
    }
  }

  /** Resolves when all that was told is written down, or cannot be. */
  async recorded(): Promise<void> {
    await Promise.all(this.#unrecorded);
  }

  #recordCancelled(id: string, patch: JobPatch): void {
    const { jobs, folder, closing, log } = this.#parts;
    const write = async (): Promise<void> => void (await jobs.transition(id, "cancelled", patch));
    const recording = untilRoom(write, { folder, signal: closing, onHeld: () => undefined })
      // Once more when the bot goes down.
      .catch(write)
      .catch((error: unknown) => log.error({ err: error, job: id }, "a cancelled job could not be recorded"))
      .finally(() => this.#unrecorded.delete(recording));
    this.#unrecorded.add(recording);
  }
}
