/** The two forms in which InST is run: Atelier's own, and the reference code's, defects included. */
import type { Accelerator } from "../../lora-folder.ts";
import type { StylizeSettings } from "../../painting.ts";
import type { SchedulerConfig, SchedulerName } from "./schedulers/index.ts";

export interface InstForm {
  readonly scheduler: SchedulerName;
  /** Where the steps lie, in place of the checkpoint's own wish. */
  readonly spacing?: SchedulerConfig["timestepSpacing"];
  /** Steps of the whole grid; strength says how many of them are run. */
  readonly steps: number;
  /** Whether inversion and synthesis agree on the start's noise level. */
  readonly startLevel: "first-step" | "reference";
  readonly guidance: number;
  /** Part of the steps that is guided, from the first. */
  readonly guidedPart: number;
  /** `aspect`: sides in multiples of 64 near the picture's own ratio, the rest cut off evenly; `stretch`: a square. */
  readonly fit: "aspect" | "stretch";
  /** Latents are the mean of the encoder's distribution, or a sample of it. */
  readonly posterior: "mean" | "sample";
  /** Rows of 75 tokens that a description may fill. */
  readonly promptRows: number;
  readonly rounding: "nearest" | "down";
}

/**
 * By the list of cheap gains in the literature: fewer steps of a better solver, and no guidance at the low noise levels,
 * where it adds little (Kynkäänniemi et al. 2024).
 */
const DEFAULT_FORM: InstForm = {
  scheduler: "dpm-solver",
  steps: 20,
  startLevel: "first-step",
  guidance: 7,
  guidedPart: 0.7,
  fit: "aspect",
  posterior: "mean",
  promptRows: 4,
  rounding: "nearest",
};

/** The strength of the reference code's example; it is the caller's to set, as is the size, 512 pixels there. */
export const FAITHFUL_STRENGTH = 0.7;

/** InST.ipynb of zyxElsa/InST at 71a8f01 (June 2024). */
const FAITHFUL_FORM: InstForm = {
  scheduler: "ddim",
  steps: 50,
  startLevel: "reference",
  guidance: 10,
  guidedPart: 1,
  fit: "stretch",
  posterior: "sample",
  promptRows: 1,
  rounding: "down",
};

/** Of `speed: fine`: twice the default form's. */
const FINE_STEPS = 40;

type Sampling = Pick<InstForm, "scheduler" | "spacing" | "steps">;

/**
 * How the weights that make drafts were distilled, by the cards that come with them. Hyper-SD (Ren et al. 2024): DDIM from the
 * end of each of N segments, for weights made for N steps. LCM-LoRA (Luo et al. 2023): its own sampler, which runs all its
 * steps below the level that strength begins at.
 */
const DRAFT_SAMPLING: Readonly<Record<Accelerator, Sampling>> = {
  "hyper-sd15-8": { scheduler: "ddim", spacing: "trailing", steps: 8 },
  "hyper-sd15-4": { scheduler: "ddim", spacing: "trailing", steps: 4 },
  "lcm-lora-sd15": { scheduler: "lcm", steps: 4 },
};

/**
 * The form that settings ask for, with the person's own steps and guidance.
 *
 * @param accelerator what is over the checkpoint to make a draft
 */
export function formOf(
  { faithful, steps, guidance, speed }: StylizeSettings,
  accelerator: Accelerator | null = null,
): InstForm {
  // The guidance is distilled into the weights; more of it burns the colours.
  if (accelerator) return { ...DEFAULT_FORM, ...DRAFT_SAMPLING[accelerator], guidance: 1, guidedPart: 0 };
  const form = faithful ? FAITHFUL_FORM : DEFAULT_FORM;
  const own = speed === "fine" ? FINE_STEPS : form.steps;
  return { ...form, steps: steps ?? own, guidance: guidance ?? form.guidance };
}

/**
 * The strength that a plan is asked for. Of few steps a whole number is run, the nearest to what was wished: where only the
 * whole ones below it counted, a draft would stay nearer to the content than the picture that it is a draft of.
 */
export function strengthOf({ spacing, steps }: InstForm, strength: number): number {
  return spacing === "trailing" ? Math.max(1, Math.round(steps * strength)) / steps : strength;
}
