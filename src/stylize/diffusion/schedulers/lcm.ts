/** Multistep consistency sampling of a latent consistency model (Luo et al. 2023, algorithm 3). */
import { linear } from "./linear-combination.ts";
import { NoiseLevels } from "./noise-levels.ts";
import { checkRequest, variancePreserving } from "./plan.ts";
import { clip, originalOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

/** Standard deviation of the data in the boundary condition of consistency models. */
const SIGMA_DATA = 0.5;

export function createLcm(config: SchedulerConfig): Scheduler {
  const levels = new NoiseLevels(config);
  return {
    name: "lcm",
    plan: (request) => {
      checkRequest(request, config.trainTimesteps);
      const timesteps = distilledTimesteps(config, request.steps, request.strength ?? 1);
      return {
        ...variancePreserving(config, levels, request, timesteps),
        stochastic: true,
        step: (prediction, index, sample, noise) => {
          const timestep = timesteps[index]!;
          const original = clip(
            originalOf(config.predictionType, levels.at(timestep), prediction, sample),
            config.clipSample,
          );
          const scaled = timestep * config.timestepScaling;
          const variance = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
          const denoised = linear(
            [scaled / Math.sqrt(variance), original],
            [(SIGMA_DATA * SIGMA_DATA) / variance, sample],
          );
          if (index === timesteps.length - 1) return { sample: denoised, predictedOriginal: denoised };
          if (noise === undefined) throw new TypeError("an LCM step, but for the last, needs noise");
          const { alpha, sigma } = levels.at(timesteps[index + 1]!);
          return { sample: linear([alpha, denoised], [sigma, noise]), predictedOriginal: denoised };
        },
      };
    },
  };
}

/**
 * Evenly chosen points of the grid that was distilled, from the strength's level down. All `steps` are run below that
 * level, unlike with the other samplers; where the grid has fewer points there, all of those.
 */
function distilledTimesteps(config: SchedulerConfig, steps: number, strength: number): number[] {
  const stride = Math.floor(config.trainTimesteps / config.originalInferenceSteps);
  const available = Math.max(1, Math.trunc(config.originalInferenceSteps * strength));
  const count = Math.min(steps, available);
  return Array.from({ length: count }, (_, i) => {
    const index = Math.floor(i * (available / count));
    return (available - index) * stride - 1;
  });
}
