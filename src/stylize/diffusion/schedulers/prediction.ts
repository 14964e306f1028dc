/** What a network's prediction says about the clean latents and about the noise, whichever of the two it speaks of. */
import { linear } from "./linear-combination.ts";
import type { NoiseLevel } from "./noise-levels.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";

type PredictionType = SchedulerConfig["predictionType"];

/** The noise in a variance-preserving `sample`. */
export function noiseOf(
  type: PredictionType,
  { alpha, sigma }: NoiseLevel,
  prediction: Float32Array,
  sample: Float32Array,
): Float32Array {
  return type === "epsilon" ? prediction : linear([alpha, prediction], [sigma, sample]);
}

/** The clean latents in a variance-preserving `sample`. */
export function originalOf(
  type: PredictionType,
  { alpha, sigma }: NoiseLevel,
  prediction: Float32Array,
  sample: Float32Array,
): Float32Array {
  return type === "epsilon"
    ? linear([1 / alpha, sample], [-sigma / alpha, prediction])
    : linear([alpha, sample], [-sigma, prediction]);
}

/** Limits the magnitude of `values`; `null` leaves them as they are. */
export const clip = (values: Float32Array, bound: number | null): Float32Array =>
  bound === null ? values : values.map((value) => Math.min(bound, Math.max(-bound, value)));
