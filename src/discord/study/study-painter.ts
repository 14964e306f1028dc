/**
 * Has the pictures of studies painted that servers make for themselves, by the bot's own queue, behind all that somebody
 * waits for. What is asked for and what is there stands in the database, so that any process goes on with it.
 */
import { createHash } from "node:crypto";

import PQueue from "p-queue";

import { messageOf } from "../../errors.ts";
import { isSettled, type Job, type JobRequest } from "../../jobs/job.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import type { Logger } from "../../log.ts";
import { DEFAULT_SETTINGS } from "../../painting.ts";
import type { Store } from "../../store/store.ts";
import type { Survey, UnpaintedPicture } from "../../study/survey/survey.ts";

/** Jobs of one study in the queue at once: enough for several engines, and few to call off. */
const AT_ONCE = 4;
/** Pictures by whose time that of others is foretold. */
const REMEMBERED = 20;

export interface StudyPainterOptions {
  readonly store: Store;
  readonly queue: JobQueue;
  readonly log: Logger;
  /** Long side of the pictures. */
  readonly size: number;
  /** Takes a job out whose picture the study has. */
  readonly erase: (jobId: string) => Promise<unknown>;
  /** There is a picture more, or all are over. */
  readonly onMoved: (survey: Survey) => void;
}

export class StudyPainter {
  readonly #options: StudyPainterOptions;
  /** Study of each job whose end is waited for. */
  readonly #jobs = new Map<string, string>();
  /** One step after the other, so that none is asked for twice. */
  readonly #turn = new PQueue({ concurrency: 1 });
  /** Of pictures that were painted lately, whose jobs are gone. */
  readonly #seconds: number[] = [];
  readonly #stop: () => void;
  #closed = false;

  constructor(options: StudyPainterOptions) {
    this.#options = options;
    this.#stop = options.queue.subscribe(({ job }) => {
      const study = this.#jobs.get(job.id);
      if (study === undefined || !isSettled(job.state)) return;
      this.#jobs.delete(job.id);
      this.goOn(study);
    });
  }

  /** The middle of what pictures took lately; `null` before there was one. */
  get secondsEach(): number | null {
    return this.#seconds.toSorted((a, b) => a - b)[Math.floor(this.#seconds.length / 2)] ?? null;
  }

  /** Takes in what is painted of a study, and asks for more. */
  goOn(id: string): void {
    if (this.#closed) return;
    void this.#turn
      .add(() => this.#step(id))
      .catch((error: unknown) => this.#options.log.warn({ study: id, error: messageOf(error) }, "a study waits"));
  }

  /** Calls off what is under way of a study, which is erased. */
  callOff(id: string): Promise<void> {
    return this.#turn.add(async () => {
      const { store, queue } = this.#options;
      for (const { jobId } of await store.paintedSurveys.left(id)) {
        if (jobId === null) continue;
        this.#jobs.delete(jobId);
        await queue.cancel(jobId);
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stop();
    this.#turn.clear();
    await this.#turn.onIdle();
  }

  async #step(id: string): Promise<void> {
    const { store, queue, onMoved } = this.#options;
    const { surveys, paintedSurveys } = store;
    const survey = await surveys.get(id);
    if (survey?.state !== "painting") return;
    let underWay = 0;
    const waiting: UnpaintedPicture[] = [];
    for (const picture of await paintedSurveys.left(id)) {
      if (picture.failure !== null) continue;
      const job = picture.jobId === null ? null : await queue.get(picture.jobId);
      if (job === null) waiting.push(picture);
      else if (isSettled(job.state)) await this.#take(id, picture, job);
      else {
        this.#jobs.set(job.id, id);
        underWay += 1;
      }
    }
    for (const picture of waiting.slice(0, Math.max(0, AT_ONCE - underWay))) {
      const { id: jobId } = await queue.enqueue(this.#requestFor(survey, picture));
      await paintedSurveys.noteJob(id, picture, jobId);
      this.#jobs.set(jobId, id);
      // It may be over already, and nobody heard of it.
      const now = await queue.get(jobId);
      if (now && isSettled(now.state)) this.goOn(id);
    }
    onMoved(survey);
  }

  async #take(id: string, picture: UnpaintedPicture, job: Job): Promise<void> {
    const { store, erase } = this.#options;
    if (job.result) {
      await store.paintedSurveys.notePainted(id, picture, job.result.picture.sha256);
      this.#seconds.push(job.result.seconds.total);
      if (this.#seconds.length > REMEMBERED) this.#seconds.shift();
    } else await store.paintedSurveys.noteUnpaintable(id, picture, job.failure ?? "");
    await erase(job.id);
  }

  #requestFor({ id, userId, guildId }: Survey, { content, style, variant }: UnpaintedPicture): JobRequest {
    const { strength, steps, guidance, stylePath, keepColors, speed, loras } = DEFAULT_SETTINGS;
    return {
      userId,
      guildId,
      content: { ...content, notes: [] },
      style: { ...style, notes: [] },
      variant,
      description: null,
      extraPrompt: null,
      strength,
      steps,
      guidance,
      // One for all of a study, the same after a restart.
      seed: createHash("sha256").update(id).digest().readUInt32BE(),
      size: this.#options.size,
      stylePath,
      keepColors,
      speed,
      loras,
      parentId: null,
      background: true,
    };
  }
}
