/** The two forms in which InST is run: Atelier's own, and the reference code's, defects included. */
import type { StylizeSettings } from "../../painting.ts";
import type { SchedulerName } from "./schedulers/index.ts";

export interface InstForm {
  readonly scheduler: SchedulerName;
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

/** The form that settings ask for, with the person's own steps and guidance. */
export function formOf({ faithful, steps, guidance }: StylizeSettings): InstForm {
  const form = faithful ? FAITHFUL_FORM : DEFAULT_FORM;
  return { ...form, steps: steps ?? form.steps, guidance: guidance ?? form.guidance };
}
