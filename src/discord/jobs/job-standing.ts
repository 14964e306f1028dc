/** How a job stands, by what its events have told. */
import { wordsOf } from "../../jobs/description.ts";
import type { JobEvent } from "../../jobs/events.ts";
import type { Job } from "../../jobs/job.ts";
import type { QueuePlace } from "../../jobs/queue.ts";
import type { ViewFile } from "../messages/view.ts";
import { previewFile } from "./job-pictures.ts";
import type { Written } from "../wording/descriptions.ts";
import type { JobStatus } from "./job-views.ts";

/** An end that moves by less is not worth an edit: milliseconds, and share of what is left. */
const STEADY = { ms: 15_000, share: 0.2 };

export class JobStanding {
  #job: Job;
  #stage: JobStatus["stage"] = null;
  #attempt = 0;
  #step: JobStatus["step"] = null;
  #held: JobStatus["held"] = null;
  #steadyEnd: number | null = null;
  /** Its place in the queue. */
  place: QueuePlace | null = null;
  /** Each style in words, as far as they are written. */
  written: readonly Written[] = [];
  /** The newest one of the stage that runs. */
  preview: ViewFile | null = null;

  constructor(job: Job) {
    this.#job = job;
    this.#adopt(job);
  }

  get job(): Job {
    return this.#job;
  }

  take(event: JobEvent): void {
    this.#adopt(event.job);
    switch (event.type) {
      case "started":
        this.#stage = event.stage;
        this.#attempt = event.attempt;
        this.#step = null;
        if (event.stage === "stylize") this.preview = null;
        return;
      case "description":
        this.#write(event);
        return;
      case "progress": {
        const endsAt = event.etaSeconds === null ? null : Date.now() + event.etaSeconds * 1000;
        this.#step = { step: event.step, steps: event.steps, endsAt };
        return;
      }
      case "held":
        this.#held = event.by;
        return;
      case "preview":
        this.preview = {
          ...previewFile(event.path, event.step, event.steps, event.job.request),
          unsafe: event.unsafe,
        };
        return;
      case "queued":
      case "done":
      case "failed":
      case "cancelled":
        // The job itself says so.
        return;
    }
  }

  /** What grows is of the first style whose words are not known. */
  #write({ job, text, done, note }: Extract<JobEvent, { readonly type: "description" }>): void {
    const known = wordsOf(job).length;
    const others = this.written.slice(0, done ? known - 1 : known);
    this.written = [...others, { text, done, note: note ?? null }];
  }

  get status(): JobStatus {
    const { place } = this;
    return { job: this.#job, place, stage: this.#stage, attempt: this.#attempt, step: this.#step, held: this.#held };
  }

  /** For what is not edited for every second that an estimate moves. */
  get steadyStatus(): JobStatus {
    const { status } = this;
    return { ...status, step: status.step && { ...status.step, endsAt: this.#steady(status.step.endsAt) } };
  }

  #steady(endsAt: number | null): number | null {
    const shown = this.#steadyEnd;
    const moved =
      endsAt === null ||
      shown === null ||
      Math.abs(endsAt - shown) > Math.max(STEADY.ms, STEADY.share * (endsAt - Date.now()));
    if (moved) this.#steadyEnd = endsAt;
    return this.#steadyEnd;
  }

  #adopt(job: Job): void {
    this.#job = job;
    // What is known, with the remarks that were heard about it.
    const known = wordsOf(job).map(({ text }, n) => {
      const heard = this.written[n];
      return heard?.done ? heard : { text, done: true, note: null };
    });
    this.written = [...known, ...this.written.slice(known.length)];
    if (job.state === "queued") this.#stage = null;
  }
}
