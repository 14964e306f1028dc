/** The noise schedule a checkpoint was trained with: `scheduler/scheduler_config.json` of a diffusers folder. */
import { z } from "zod";

import { EngineError } from "../../../errors.ts";
import { isNeutral, only, settings, shown } from "../../../onnx/settings-schema.ts";

export type TimestepSpacing = "leading" | "linspace" | "trailing";

export interface SchedulerConfig {
  /** Timesteps of training. */
  readonly trainTimesteps: number;
  /** Variance added at each training timestep. */
  readonly betas: readonly number[];
  readonly predictionType: "epsilon" | "v_prediction";
  /** Where the steps lie on the training timesteps; `null`: the scheduler's own habit. */
  readonly timestepSpacing: TimestepSpacing | null;
  /** Added to every timestep of `leading` spacing. */
  readonly stepsOffset: number;
  /** DDIM and LCM: whether the level below the last step is free of noise, or that of timestep 0. */
  readonly setAlphaToOne: boolean;
  /** DDIM and LCM: clip the predicted original to this magnitude; `null`: never, as for all latent diffusion. */
  readonly clipSample: number | null;
  /** LCM: steps of the grid that was distilled. */
  readonly originalInferenceSteps: number;
  /** LCM: sharpness of the boundary condition. */
  readonly timestepScaling: number;
  /** What it says of how to sample and no sampler here does: `use_karras_sigmas: true`. */
  readonly unheeded: readonly string[];
}

/** Ways of sampling that a person chooses, by the value at which the samplers here have them. */
const WAYS: Readonly<Record<string, string | number | boolean | null>> = {
  algorithm_type: "dpmsolver++",
  disable_corrector: null,
  euler_at_final: null,
  final_sigmas_type: "zero",
  interpolation_type: "linear",
  lambda_min_clipped: null,
  predict_x0: true,
  sigma_max: null,
  sigma_min: null,
  solver_order: 2,
  solver_p: null,
  solver_type: "midpoint",
  timestep_type: "discrete",
  use_beta_sigmas: null,
  use_exponential_sigmas: null,
  use_karras_sigmas: null,
  use_lu_lambdas: null,
  variance_type: null,
};

const schema = settings(
  {
    num_train_timesteps: z.int().min(1).max(100_000).default(1000),
    beta_start: z.number().positive().max(1).default(0.00085),
    beta_end: z.number().positive().max(1).default(0.012),
    beta_schedule: z.enum(["linear", "scaled_linear"]).default("scaled_linear"),
    trained_betas: z.array(z.number().positive().max(1)).min(1).max(100_000).nullish(),
    rescale_betas_zero_snr: z.boolean().default(false),
    prediction_type: z.enum(["epsilon", "v_prediction"]).default("epsilon"),
    timestep_spacing: z.enum(["leading", "linspace", "trailing"]).nullish(),
    steps_offset: z.int().min(0).max(1000).default(0),
    set_alpha_to_one: z.boolean().default(true),
    clip_sample: z.boolean().default(false),
    clip_sample_range: z.number().positive().default(1),
    thresholding: z.literal(false, { error: "dynamic thresholding is for pixels, not for latents" }).default(false),
    original_inference_steps: z.int().min(1).default(50),
    timestep_scaling: z.number().positive().default(10),
    flow_shift: only(1),
    predict_epsilon: only(true), // of 2022
  },
  [
    ...Object.keys(WAYS),
    "skip_prk_steps",
    "tensor_format",
    // Of what is refused itself where it is wanted, and of the last steps of few, which are simple here in any case.
    "dynamic_thresholding_ratio",
    "sample_max_value",
    "time_shift_type",
    "lower_order_final",
  ],
);

/**
 * Reads the parsed JSON of a scheduler configuration, whatever scheduler it was saved from. What it does not say takes
 * the values of Stable Diffusion 1.
 *
 * @throws EngineError naming the setting that is not supported
 */
export function readSchedulerConfig(json: unknown): SchedulerConfig {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw new EngineError(`the checkpoint's scheduler_config.json is not supported: ${z.prettifyError(parsed.error)}`, {
      retryable: false,
    });
  }
  const config = parsed.data;
  const betas = config.trained_betas ?? betasBetween(config);
  return {
    trainTimesteps: betas.length,
    betas: config.rescale_betas_zero_snr ? withoutTerminalSignal(betas) : betas,
    predictionType: config.prediction_type,
    timestepSpacing: config.timestep_spacing ?? null,
    stepsOffset: config.steps_offset,
    setAlphaToOne: config.set_alpha_to_one,
    clipSample: config.clip_sample ? config.clip_sample_range : null,
    originalInferenceSteps: config.original_inference_steps,
    timestepScaling: config.timestep_scaling,
    unheeded: Object.entries(WAYS).flatMap(([name, own]) => {
      const wanted = config[name];
      // DPM-Solver and UniPC have types of their own.
      const isOwn = isNeutral(wanted) || wanted === own || (name === "solver_type" && wanted === "bh2");
      return isOwn ? [] : [`${name}: ${shown(wanted)}`];
    }),
  };
}

/** The schedule of Stable Diffusion v1: 1000 steps, scaled-linear 0.00085 to 0.012, noise predicted. */
export const STABLE_DIFFUSION_V1: SchedulerConfig = readSchedulerConfig({ steps_offset: 1, set_alpha_to_one: false });

function betasBetween(config: z.infer<typeof schema>): number[] {
  const scaled = config.beta_schedule === "scaled_linear";
  const first = scaled ? Math.sqrt(config.beta_start) : config.beta_start;
  const last = scaled ? Math.sqrt(config.beta_end) : config.beta_end;
  return Array.from({ length: config.num_train_timesteps }, (_, i) => {
    const value = first + ((last - first) * i) / Math.max(1, config.num_train_timesteps - 1);
    return scaled ? value * value : value;
  });
}

/** Betas whose last timestep holds no signal at all (Lin et al. 2023, algorithm 1). */
function withoutTerminalSignal(betas: readonly number[]): number[] {
  let product = 1;
  const signal = betas.map((beta) => Math.sqrt((product *= 1 - beta)));
  const first = signal[0]!;
  const last = signal.at(-1)!;
  const rescaled = signal.map((value) => ((value - last) * first) / (first - last));
  return rescaled.map((value, i) => 1 - (i === 0 ? value * value : (value / rescaled[i - 1]!) ** 2));
}
