/** Runs jobs: in lanes, stage by stage, again after a fault that may not come back. */
import PQueue from "p-queue";

import { CancelledError, messageOf } from "../../errors.ts";
import { speakAbout } from "../job.ts";
import type { Endings } from "./endings.ts";
import { failureWords, isRetryable } from "./failure.ts";
import { needsPreparing, prepare, type StageParts, stylize } from "./stages.ts";
import type { TrackedJob } from "./tracked-job.ts";
import type { UnsettledJobs } from "./unsettled-jobs.ts";

/** Room that a picture takes, at most, for each pixel: the engine's file, and its copy in the store. */
const PICTURE_BYTES = 8;

type Stage = (tracked: TrackedJob, parts: StageParts) => Promise<void>;

export interface LanesParts {
  /** What the stages need. */
  readonly stages: StageParts;
  readonly unsettled: UnsettledJobs;
  readonly endings: Endings;
  /** Jobs that are painted at once. */
  readonly concurrency: number;
  /** Aborted when the bot goes down. */
  readonly closing: AbortSignal;
}

export class Lanes {
  readonly #parts: LanesParts;
  /** Where captions are made on a device of their own: one by one. */
  readonly #preparing = new PQueue({ concurrency: 1 });
  readonly #painting: PQueue;

  constructor(parts: LanesParts) {
    this.#parts = parts;
    this.#painting = new PQueue({ concurrency: parts.concurrency });
  }

  /**
   * Puts a job in its lane: one for both stages where they share a device, else one for each.
   *
   * @returns when nobody works on it any more: it is settled, interrupted, or could not be written down. Never rejects
   */
  async run(tracked: TrackedJob): Promise<void> {
    if (this.#parts.stages.engine.info?.parallelStages && needsPreparing(tracked)) {
      await this.#enter(this.#preparing, tracked, [prepare]);
      if (tracked.settled || tracked.interrupted) return;
      await this.#enter(this.#painting, tracked, [stylize]);
    } else {
      await this.#enter(this.#painting, tracked, [prepare, stylize]);
    }
  }

  /** Resolves when no lane has anything to run. */
  async idle(): Promise<void> {
    await Promise.all([this.#preparing.onIdle(), this.#painting.onIdle()]);
  }

  async #enter(lane: PQueue, tracked: TrackedJob, stages: readonly Stage[]): Promise<void> {
    const { unsettled, closing } = this.#parts;
    const { folders, log } = this.#parts.stages;
    const run = async (): Promise<void> => {
      if (tracked.settled || closing.aborted) return;
      unsettled.begin(tracked);
      await this.#run(tracked, stages);
      unsettled.changed();
      if (tracked.settled) await folders.clear(tracked.job.id);
    };
    // Equal priorities keep their order of arrival.
    await lane.add(run, { priority: -tracked.turn }).catch((error: unknown) => {
      log.error({ job: tracked.job.id, error: messageOf(error) }, "a job could not be run");
    });
  }

  /** Runs the stages, from the first one again after a fault that may not come back. */
  async #run(tracked: TrackedJob, stages: readonly Stage[]): Promise<void> {
    for (;;) {
      try {
        await tracked.takeOver();
        for (const stage of stages) await this.#do(stage, tracked);
        if (tracked.job.state === "done") this.#parts.endings.settle(tracked.job);
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
      await stage(tracked, this.#parts.stages);
    };
    return tracked.lasting(work, { bytes: PICTURE_BYTES * tracked.job.request.size ** 2, vainTries: 1 });
  }

  /** What is to be done about a fault. `true`: the job is to be run again. */
  async #goesOn(tracked: TrackedJob, fault: unknown): Promise<boolean> {
    const { endings, closing, stages } = this.#parts;
    const { log } = stages;
    const { id, attempts, request } = tracked.job;
    if (tracked.settled) return false;
    const words = (): string => speakAbout(request, () => failureWords(fault));
    try {
      if (fault instanceof CancelledError) {
        await tracked.interrupt();
        return false;
      }
      log.warn({ job: id, attempt: attempts, error: messageOf(fault) }, "an attempt at a job failed");
      if (!isRetryable(fault, attempts)) {
        await endings.fail(tracked, words());
        return false;
      }
      await tracked.giveUpAttempt(messageOf(fault));
      return !closing.aborted;
    } catch (error) {
      // The bot goes down, or somebody stops the job, while it waits for room: the next start finds it as it was.
      if (tracked.interrupted || tracked.settled || error instanceof CancelledError) {
        log.warn({ job: id, error: messageOf(error) }, "what became of a job could not be recorded");
      } else endings.failUnrecorded(tracked, words(), error);
      return false;
    }
  }
}
