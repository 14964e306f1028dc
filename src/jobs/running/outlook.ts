/** When the jobs of the queue will probably begin and end, from what their stages took before. */
import { needsDescription } from "../../variant.ts";
import type { EngineInfo } from "../engine.ts";
import type { JobStage } from "../events.ts";
import type { Job, JobRequest } from "../job.ts";
import { type Expected, Forecast, type Span } from "./forecast.ts";
import type { StageHistory } from "./stage-history.ts";

/** A job as far as its time depends on it. */
export interface Foreseen {
  readonly job: Pick<Job, "variant" | "description"> & {
    readonly request: Pick<JobRequest, "variant" | "description" | "speed" | "size" | "hd"> & {
      /** Further styles; absent: none. */
      readonly blend?: unknown;
    };
  };
  /** Whether somebody works on it, or has it between its stages. */
  readonly begun: boolean;
  /** The stage that runs, and seconds that it will probably still take. */
  readonly stage: JobStage | null;
  readonly secondsLeft: number | null;
}

export interface OutlookOptions {
  /** The `n`th job: begun ones first, then the others in their order. */
  readonly jobAt: (n: number) => Foreseen | undefined;
  readonly history: StageHistory;
  readonly info: EngineInfo | null;
  readonly concurrency: number;
}

/** The outlook of one moment, worked out as far as somebody looks. It is void as soon as a job moves. */
export class Outlook {
  /** Unix milliseconds. */
  readonly at = Date.now();
  readonly #options: OutlookOptions;
  readonly #forecast: Forecast;
  readonly #spans: Span[] = [];

  constructor(options: OutlookOptions) {
    this.#options = options;
    this.#forecast = new Forecast(options.concurrency, options.info?.parallelStages ?? false);
  }

  /** Of the `n`th job, seconds from `at`; `null` where there is none. */
  span(n: number): Span | null {
    const { jobAt, history, info } = this.#options;
    while (this.#spans.length <= n) {
      const tracked = jobAt(this.#spans.length);
      if (!tracked) return null;
      this.#spans.push(this.#forecast.next(expect(tracked, history, info)));
    }
    return this.#spans[n]!;
  }
}

function expect(tracked: Foreseen, history: StageHistory, info: EngineInfo | null): Expected {
  const { job, stage, begun } = tracked;
  // Of a stage that has just begun nobody has said how long it takes: as long as others did.
  const left = (name: JobStage): number | null =>
    (stage === name ? tracked.secondsLeft : null) ?? history.estimate(name, job, info);
  // Descriptions of `inst` and `auto` may turn out not to be needed; the few seconds do not make a promise false.
  const lacksWords = job.description === null && (job.variant === null || needsDescription(job.variant));
  const captions = lacksWords && job.request.variant !== "inst" && job.request.description === null;
  return { caption: captions ? left("caption") : 0, stylize: left("stylize"), running: begun };
}
