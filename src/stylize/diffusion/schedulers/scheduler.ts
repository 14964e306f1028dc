/** What a sampler is to the rest of the program: a plan of noise levels for one picture, and a step between two of them. */

export const SCHEDULER_NAMES = ["ddim", "dpm-solver", "euler", "unipc", "lcm"] as const;

/**
 * - `ddim`: Song et al. 2020, eta 0; what the paper runs
 * - `dpm-solver`: DPM-Solver++(2M), midpoint (Lu et al. 2022)
 * - `euler`: Euler's method in sigma (Karras et al. 2022)
 * - `unipc`: UniPC of order 2, B(h) = e^h - 1 (Zhao et al. 2023)
 * - `lcm`: multistep consistency sampling, for checkpoints distilled for it (Luo et al. 2023)
 */
export type SchedulerName = (typeof SCHEDULER_NAMES)[number];

export interface PlanRequest {
  /** Steps of the whole grid, from pure noise to none; a strength below 1 runs only the last part of them. */
  readonly steps: number;
  /** How far from the content the picture may go, 0 (not at all, yet at least one step) to 1. Default 1. */
  readonly strength?: number;
  /**
   * Where the start noise level lies. `first-step` (default): at the first step's own timestep. `reference`: at
   * int(1000 * strength), as the reference code of the paper has it, off the grid that it then denoises on.
   */
  readonly startLevel?: "first-step" | "reference";
}

interface StepResult {
  /** The sample at the next lower noise level. */
  readonly sample: Float32Array;
  /** What the network believes the clean latents to be, for previews. */
  readonly predictedOriginal: Float32Array;
}

/**
 * One picture's way from noise to latents. It remembers earlier predictions: make a new plan for every picture, and
 * call `step` for index 0, 1, 2, … in this order.
 *
 * Samples are in the scheduler's own scale: what `addNoise` gives and `step` returns; only `scaleModelInput` gives what
 * the network wants to see. Arrays are never changed in place.
 */
export interface SamplingPlan {
  /** Timesteps to run, falling. Whole numbers, except for `euler` with `linspace` spacing. */
  readonly timesteps: readonly number[];
  /** The timestep whose noise level the start latents must have; a whole number unless `timesteps[0]` is not. */
  readonly startTimestep: number;
  /** Whether `step` wants fresh noise (every step but the last). */
  readonly stochastic: boolean;
  /** Clean latents with `noise` at the level of `timestep` (by default the start's). */
  addNoise(latents: Float32Array, noise: Float32Array, timestep?: number): Float32Array;
  /** The sample as the network expects it at `timestep`. */
  scaleModelInput(sample: Float32Array, timestep: number): Float32Array;
  /**
   * The noise in a sample, from the network's prediction of either kind: the stochastic inversion of InST feeds it back
   * as the start noise.
   */
  predictedNoise(prediction: Float32Array, timestep: number, sample: Float32Array): Float32Array;
  /**
   * @param prediction the network's output for `scaleModelInput(sample, timesteps[index])`, guidance applied
   * @param noise N(0, 1), only where `stochastic`
   */
  step(prediction: Float32Array, index: number, sample: Float32Array, noise?: Float32Array): StepResult;
}

export interface Scheduler {
  readonly name: SchedulerName;
  /** @throws RangeError when `steps` or `strength` is out of range */
  plan(request: PlanRequest): SamplingPlan;
}
