/** What all plans share: the checked request, the part of the grid that is run, and the scale of the samples. */
import { linear } from "./linear-combination.ts";
import type { NoiseLevels } from "./noise-levels.ts";
import { noiseOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { PlanRequest, SamplingPlan } from "./scheduler.ts";
import { startIndex, timestepGrid, type Grid } from "./timesteps.ts";

/** @throws RangeError when the request cannot be met by a schedule of `trainTimesteps` */
export function checkRequest({ steps, strength = 1 }: PlanRequest, trainTimesteps: number): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > trainTimesteps) {
    throw new RangeError(`steps must be a whole number from 1 to ${trainTimesteps}, not ${steps}`);
  }
  if (!(strength >= 0 && strength <= 1)) throw new RangeError(`strength must be from 0 to 1, not ${strength}`);
}

/** The timesteps that a request runs, falling: a grid over all noise levels, from where its strength begins. */
export function planGrid(
  config: SchedulerConfig,
  request: PlanRequest,
  habit: Pick<Grid, "spacing" | "withoutLowest" | "fractional">,
): number[] {
  checkRequest(request, config.trainTimesteps);
  const timesteps = timestepGrid({
    ...habit,
    trainTimesteps: config.trainTimesteps,
    steps: request.steps,
    spacing: config.timestepSpacing ?? habit.spacing,
    stepsOffset: config.stepsOffset,
  });
  return timesteps.slice(startIndex(request.steps, request.strength ?? 1, timesteps.length));
}

/** The plan but for its steps, for samplers whose samples keep their variance. */
export function variancePreserving(
  config: SchedulerConfig,
  levels: NoiseLevels,
  request: PlanRequest,
  timesteps: readonly number[],
): Omit<SamplingPlan, "step"> {
  const startTimestep = startTimestepOf(request, timesteps, levels);
  return {
    timesteps,
    startTimestep,
    stochastic: false,
    addNoise: (latents, noise, timestep = startTimestep) => {
      const { alpha, sigma } = levels.at(timestep);
      return linear([alpha, latents], [sigma, noise]);
    },
    scaleModelInput: (sample) => sample,
    predictedNoise: (prediction, timestep, sample) =>
      noiseOf(config.predictionType, levels.at(timestep), prediction, sample),
  };
}

/** The noise level of the start latents. The reference code indexes one past the schedule at strength 1; this does not. */
export function startTimestepOf(request: PlanRequest, timesteps: readonly number[], levels: NoiseLevels): number {
  if (request.startLevel !== "reference") return timesteps[0]!;
  return Math.min(Math.trunc(levels.trainTimesteps * (request.strength ?? 1)), levels.trainTimesteps - 1);
}
