/** DDIM without added noise (Song et al. 2020, equation 12 with sigma 0): the sampler of the paper. */
import { linear } from "./linear-combination.ts";
import { NoiseLevels } from "./noise-levels.ts";
import { planGrid, variancePreserving } from "./plan.ts";
import { clip, noiseOf, originalOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

export function createDdim(config: SchedulerConfig): Scheduler {
  const levels = new NoiseLevels(config);
  const lowest = config.setAlphaToOne ? { alpha: 1, sigma: 0 } : levels.at(0);
  return {
    name: "ddim",
    plan: (request) => {
      const timesteps = planGrid(config, request, { spacing: "leading", withoutLowest: false, fractional: false });
      const stride = Math.floor(config.trainTimesteps / request.steps);
      return {
        ...variancePreserving(config, levels, request, timesteps),
        step: (prediction, index, sample) => {
          const timestep = timesteps[index]!;
          const level = levels.at(timestep);
          const next = timestep < stride ? lowest : levels.at(timestep - stride);
          const predictedOriginal = clip(
            originalOf(config.predictionType, level, prediction, sample),
            config.clipSample,
          );
          const noise = noiseOf(config.predictionType, level, prediction, sample);
          return { sample: linear([next.alpha, predictedOriginal], [next.sigma, noise]), predictedOriginal };
        },
      };
    },
  };
}
