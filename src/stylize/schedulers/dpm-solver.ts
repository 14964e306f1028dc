/** DPM-Solver++(2M), midpoint form (Lu et al. 2022, algorithm 2): second order for one prediction a step. */
import { linear } from "./linear.ts";
import { NoiseLevels, SIGNAL_FLOOR } from "./noise-levels.ts";
import { levelsDownToClean, planGrid, riseOfLogSnr, variancePreserving } from "./plan.ts";
import { originalOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

export function createDpmSolver(config: SchedulerConfig): Scheduler {
  const levels = new NoiseLevels(config, SIGNAL_FLOOR);
  return {
    name: "dpm-solver",
    plan: (request) => {
      const grid = planGrid(config, request, { spacing: "linspace", withoutLowest: true, fractional: false });
      const timesteps = grid.timesteps.slice(grid.begin);
      const points = levelsDownToClean(levels, timesteps);
      let earlier: Float32Array | null = null;
      return {
        ...variancePreserving(config, levels, request, timesteps),
        step: (prediction, index, sample) => {
          const from = points[index]!;
          const to = points[index + 1]!;
          const original = originalOf(config.predictionType, from, prediction, sample);
          const rise = riseOfLogSnr(from, to);
          const share = -to.alpha * Math.expm1(-rise);
          const before = earlier;
          earlier = original;
          // The step to no noise at all is of first order: the next level's logarithm is infinite.
          if (before === null || index === timesteps.length - 1) {
            return {
              sample: linear([to.sigma / from.sigma, sample], [share, original]),
              predictedOriginal: original,
            };
          }
          const ratio = riseOfLogSnr(points[index - 1]!, from) / rise;
          const slope = share / (2 * ratio);
          return {
            sample: linear([to.sigma / from.sigma, sample], [share + slope, original], [-slope, before]),
            predictedOriginal: original,
          };
        },
      };
    },
  };
}
