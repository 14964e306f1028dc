/** How long stages take on this machine, learned from the jobs it has done. */
import type { EngineInfo } from "../engine.ts";
import type { JobStage } from "../events.ts";
import type { Job, JobRequest } from "../job.ts";
import type { JobRepository } from "../repositories.ts";

/** Weight of the newest duration in the running mean: about the last six jobs count. */
const NEWEST = 0.3;

/** Finished jobs that are looked at when nothing was learned yet. */
const RECALLED = 200;

/** Size whose duration is kept; others are scaled by area. */
const REFERENCE_SIZE = 512;

/** What of a job its stages' times depend on. */
type Timed = Pick<Job, "variant"> & {
  readonly request: Pick<JobRequest, "variant" | "speed" | "size" | "hd"> & {
    /** Further styles; absent: none. */
    readonly blend?: unknown;
  };
};

export class StageHistory {
  readonly #means = new Map<string, number>();

  /** Learns from what was finished last, at the start. */
  async recall(jobs: Pick<JobRepository, "finished">): Promise<void> {
    for (const job of await jobs.finished(RECALLED)) this.learn(job);
  }

  /** Learns from a finished job. Captions that came from the cache (0 s) teach nothing. */
  learn(job: Job): void {
    if (!job.result) return;
    const { engine, variant, seconds } = job.result;
    if (job.describer !== null && seconds.caption > 0)
      this.#mix(key("caption", job.describer, ...stylesPart(job)), seconds.caption);
    const stylize = seconds.stylize / areaOf(job.request);
    const work = key(workOf(job.request), ...stylesPart(job));
    this.#mix(key("stylize", engine, work, variant), stylize);
    this.#mix(key("stylize", engine, work), stylize);
  }

  /** Seconds a stage of this job will probably take on this engine; `null` while there is nothing to go by. */
  estimate(stage: JobStage, job: Timed, info: Pick<EngineInfo, "describer" | "stylizer"> | null): number | null {
    if (!info) return null;
    if (stage === "caption") {
      const one = key("caption", info.describer);
      return this.#means.get(key(one, ...stylesPart(job))) ?? this.#means.get(one) ?? null;
    }
    const variant = job.variant ?? job.request.variant;
    const of = (work: string): number | undefined =>
      this.#means.get(key("stylize", info.stylizer, work, variant)) ??
      this.#means.get(key("stylize", info.stylizer, work));
    const one = workOf(job.request);
    const mean = of(key(one, ...stylesPart(job))) ?? of(one);
    return mean === undefined ? null : mean * areaOf(job.request);
  }

  #mix(key: string, seconds: number): void {
    const mean = this.#means.get(key);
    this.#means.set(key, mean === undefined ? seconds : mean + NEWEST * (seconds - mean));
  }
}

const key = (...parts: readonly string[]): string => parts.join(":");

/** What is done for a picture. */
const workOf = ({ hd, speed }: Timed["request"]): string => (hd ? "hd" : speed);

/** Several styles take longer; as long as nobody knows how long, they are expected to take as long as one. */
const stylesPart = ({ request }: Timed): readonly string[] => (request.blend ? ["blend"] : []);

const areaOf = ({ size }: Pick<JobRequest, "size">): number => (size / REFERENCE_SIZE) ** 2;

/**
 * Seconds left of a stage that has done `step` of `steps` in `elapsed` seconds. The pace so far counts the more, the
 * further it is; before that, what such stages took earlier.
 */
export function remainingSeconds(elapsed: number, step: number, steps: number, estimate: number | null): number | null {
  const done = steps > 0 ? step / steps : 0;
  const byPace = done > 0 ? (elapsed / done) * (1 - done) : null;
  const byHistory = estimate === null ? null : Math.max(0, estimate - elapsed);
  if (byPace === null || byHistory === null) return byPace ?? byHistory;
  return done * byPace + (1 - done) * byHistory;
}
