/** Which workers can do what, and what nobody has that is there. */
import type { Capability } from "../../capabilities.ts";
import type { EngineInfo } from "../engine.ts";
import type { WorkerReport } from "../fleet.ts";
import type { JobRequest } from "../job.ts";
import type { Lack } from "../queue.ts";

type Asked = Pick<JobRequest, "loras" | "hd" | "size"> & {
  /** Further styles; absent: none. */
  readonly blend?: unknown;
};

/** What an engine has not that a picture cannot be painted without; `null`: it can paint it. */
export function lackOf(
  { loras, hd, size, blend }: Asked,
  info: Pick<EngineInfo, "stylizer" | "largestSide" | "blends"> | null,
): Lack | null {
  if (info === null) return null;
  if (blend && !info.blends) return "blends";
  if (loras.length > 0 && info.stylizer !== "diffusion") return "diffusion";
  return hd && size > (info.largestSide ?? 0) ? "memory" : null;
}

/** What none of these workers has; `null`: one can paint it. */
export function lackAmong(asked: Asked, workers: readonly WorkerReport[]): Lack | null {
  const lacks = able(workers, "paint").map(({ info }) => lackOf(asked, info));
  if (lacks.length === 0) return "worker";
  return lacks.includes(null) ? null : lacks[0]!;
}

/** Of these workers, those that take such work. */
export const able = (workers: readonly WorkerReport[], capability: Capability): WorkerReport[] =>
  workers.filter(({ capabilities }) => capabilities.includes(capability));
