/** When the jobs of the queue will probably begin and end, from what their stages took before. */
import type { EngineInfo } from "./engine.ts";
import { forecast, type Expected, type Span } from "./forecast.ts";
import { remainingSeconds, type StageHistory } from "./stage-history.ts";
import { needsPreparing } from "./stages.ts";
import type { TrackedJob } from "./tracked-job.ts";

/** @param ordered begun jobs first, then the others in their order */
export function outlook(
  ordered: readonly TrackedJob[],
  history: StageHistory,
  info: EngineInfo | null,
  concurrency: number,
): ReadonlyMap<string, Span> {
  const jobs = ordered.map((tracked) => expect(tracked, history, info));
  return forecast(jobs, concurrency, info?.parallelStages ?? false);
}

function expect(tracked: TrackedJob, history: StageHistory, info: EngineInfo | null): Expected {
  const { job, stage, begun } = tracked;
  const left = (name: "caption" | "stylize"): number | null => {
    const estimate = history.estimate(name, job, info);
    if (stage?.name !== name) return estimate;
    return remainingSeconds((performance.now() - stage.startedAt) / 1000, stage.step, stage.steps, estimate);
  };
  // Descriptions of `inst` and `auto` may turn out not to be needed; the few seconds do not make a promise false.
  const captions = needsPreparing(tracked) && job.request.variant !== "inst" && job.request.description === null;
  return { id: job.id, caption: captions ? left("caption") : 0, stylize: left("stylize"), running: begun };
}
