/** Euler's method in the ratio of noise over signal (Karras et al. 2022, algorithm 2 without churn). */
import { linear } from "./linear-combination.ts";
import { NoiseLevels, SIGNAL_FLOOR } from "./noise-levels.ts";
import { planGrid, startTimestepOf } from "./plan.ts";
import { noiseOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

/** Samples are latents + ratio * noise: their variance grows with the noise, and the network's input is scaled down. */
export function createEuler(config: SchedulerConfig): Scheduler {
  const levels = new NoiseLevels(config, SIGNAL_FLOOR);
  return {
    name: "euler",
    plan: (request) => {
      const timesteps = planGrid(config, request, { spacing: "linspace", withoutLowest: false, fractional: true });
      const ratios = [...timesteps.map((timestep) => levels.ratio(timestep)), 0];
      const startTimestep = startTimestepOf(request, timesteps, levels);
      return {
        timesteps,
        startTimestep,
        stochastic: false,
        addNoise: (latents, noise, timestep = startTimestep) => linear([1, latents], [levels.ratio(timestep), noise]),
        scaleModelInput: (sample, timestep) => linear([levels.at(timestep).alpha, sample]),
        predictedNoise: (prediction, timestep, sample) => {
          const level = levels.at(timestep);
          return noiseOf(
            config.predictionType,
            { alpha: level.alpha, sigma: level.sigma * level.alpha },
            prediction,
            sample,
          );
        },
        step: (prediction, index, sample) => {
          const ratio = ratios[index]!;
          const square = ratio * ratio + 1;
          const predictedOriginal =
            config.predictionType === "epsilon"
              ? linear([1, sample], [-ratio, prediction])
              : linear([1 / square, sample], [-ratio / Math.sqrt(square), prediction]);
          const rest = ratios[index + 1]! / ratio;
          return { sample: linear([rest, sample], [1 - rest, predictedOriginal]), predictedOriginal };
        },
      };
    },
  };
}
