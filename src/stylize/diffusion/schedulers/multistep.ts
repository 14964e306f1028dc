/** What DPM-Solver++ and UniPC share: exponential integrators over predictions of the clean latents (Lu et al. 2022). */
import { linear } from "./linear-combination.ts";
import { halfLogSnr, type NoiseLevel, NoiseLevels, SIGNAL_FLOOR } from "./noise-levels.ts";
import { planGrid, variancePreserving } from "./plan.ts";
import { originalOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler, SchedulerName } from "./scheduler.ts";

/**
 * One step in lambda = ln(alpha / sigma), which is solved exactly where the clean latents stay what they are predicted
 * to be (proposition 4.1): scale · sample + share · original.
 */
export interface IntegratorStep {
  /** h, by which lambda rises; infinite in the step to no noise at all. */
  readonly rise: number;
  readonly scale: number;
  readonly share: number;
}

/** The sample after a step, from the clean latents predicted before it; steps are solved in turn. */
export type Solve = (original: Float32Array, index: number, sample: Float32Array) => Float32Array;

/** @param solver begins a picture */
export function createMultistep(
  name: SchedulerName,
  config: SchedulerConfig,
  solver: (steps: readonly IntegratorStep[]) => Solve,
): Scheduler {
  const levels = new NoiseLevels(config, SIGNAL_FLOOR);
  return {
    name,
    plan: (request) => {
      const timesteps = planGrid(config, request, { spacing: "linspace", withoutLowest: true, fractional: false });
      const points = timesteps.map((timestep) => levels.at(timestep));
      const solve = solver(points.map((from, i) => stepBetween(from, points[i + 1] ?? CLEAN)));
      return {
        ...variancePreserving(config, levels, request, timesteps),
        step: (prediction, index, sample) => {
          const predictedOriginal = originalOf(config.predictionType, points[index]!, prediction, sample);
          return { sample: solve(predictedOriginal, index, sample), predictedOriginal };
        },
      };
    },
  };
}

const CLEAN: NoiseLevel = { alpha: 1, sigma: 0 };

function stepBetween(from: NoiseLevel, to: NoiseLevel): IntegratorStep {
  const rise = halfLogSnr(to) - halfLogSnr(from);
  return { rise, scale: to.sigma / from.sigma, share: -to.alpha * Math.expm1(-rise) };
}

/**
 * The sample after step `index`: of second order (2M) where the clean latents `earlier` were predicted one step before,
 * but for the step to no noise at all, whose end has an infinite logarithm.
 */
export function advance(
  steps: readonly IntegratorStep[],
  index: number,
  sample: Float32Array,
  original: Float32Array,
  earlier: Float32Array | null,
): Float32Array {
  const { rise, scale, share } = steps[index]!;
  if (earlier === null || index === steps.length - 1) return linear([scale, sample], [share, original]);
  const slope = (share * rise) / (2 * steps[index - 1]!.rise);
  return linear([scale, sample], [share + slope, original], [-slope, earlier]);
}
