/** The samplers by name. */
import { createDdim } from "./ddim.ts";
import { createDpmSolver } from "./dpm-solver.ts";
import { createEuler } from "./euler.ts";
import { createLcm } from "./lcm.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler, SchedulerName } from "./scheduler.ts";
import { createUnipc } from "./unipc.ts";

export { readSchedulerConfig, STABLE_DIFFUSION_V1, type SchedulerConfig } from "./scheduler-config.ts";
export {
  SCHEDULER_NAMES,
  type PlanRequest,
  type SamplingPlan,
  type Scheduler,
  type SchedulerName,
} from "./scheduler.ts";

const CREATE: Readonly<Record<SchedulerName, (config: SchedulerConfig) => Scheduler>> = {
  ddim: createDdim,
  "dpm-solver": createDpmSolver,
  euler: createEuler,
  unipc: createUnipc,
  lcm: createLcm,
};

/**
 * @example
 * const plan = createScheduler("dpm-solver", config).plan({ steps: 20, strength: 0.7 });
 * let sample = plan.addNoise(latents, noise);
 * for (const [index, timestep] of plan.timesteps.entries()) {
 *   const prediction = await unet(plan.scaleModelInput(sample, timestep), timestep);
 *   ({ sample } = plan.step(prediction, index, sample));
 * }
 */
export const createScheduler = (name: SchedulerName, config: SchedulerConfig): Scheduler => CREATE[name](config);
