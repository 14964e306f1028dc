/** Which jobs a worker can paint, and what nobody has that is there. */
import type { EngineInfo } from "../engine.ts";
import type { WorkerReport } from "../fleet.ts";
import type { JobRequest } from "../job.ts";
import type { Lack } from "../queue.ts";

type Asked = Pick<JobRequest, "loras">;

/** What an engine has not that a picture cannot be painted without; `null`: it can paint it. */
export const lackOf = ({ loras }: Asked, info: Pick<EngineInfo, "stylizer"> | null): Lack | null =>
  loras.length > 0 && info !== null && info.stylizer !== "diffusion" ? "diffusion" : null;

/** What none of these workers has; `null`: one can paint it. */
export function lackAmong(asked: Asked, workers: readonly WorkerReport[]): Lack | null {
  const lacks = painters(workers).map(({ info }) => lackOf(asked, info));
  if (lacks.length === 0) return "worker";
  return lacks.includes(null) ? null : lacks[0]!;
}

/** Of these workers, those that paint. */
export const painters = (workers: readonly WorkerReport[]): WorkerReport[] =>
  workers.filter(({ capabilities }) => capabilities.includes("paint"));
