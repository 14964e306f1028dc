/**
 * InST's two stages (Zhang et al. 2023, sections 3.2 and 3.3): stochastic inversion finds start noise that keeps the
 * content, guided synthesis paints from it. Pure control flow: what predicts noise is given.
 */
import { breathe } from "../../breathe.ts";
import { EngineError } from "../../errors.ts";
import type { Floats } from "../../onnx/index.ts";
import type { SamplingPlan } from "./schedulers/index.ts";

/** What the UNet is told beside latents and time: encoded text [1, tokens, width], with an adapter the image's behind it. */
export interface Context extends Floats {
  /** What a ControlNet beside the UNet is shown (`controlHint`), [1, C, h, w]; the same in all contexts of a picture. */
  readonly hint?: Floats;
}

/** Predicts the noise in `sample` [1, C, h, w] under each context. A style path may answer with features mixed in. */
export type PredictNoise = (
  sample: Floats,
  timestep: number,
  contexts: readonly Context[],
) => Promise<readonly Float32Array[]>;

/** What the picture is to be like, as the text encoder puts it. */
export interface Conditioning {
  readonly prompt: Context;
  /** Of the empty prompt, equally long; `null` where there is nothing to guide away from. */
  readonly empty: Context | null;
  /** Classifier-free guidance scale. */
  readonly guidance: number;
  /** Part of the steps, from the first, that is guided: 0 to 1. The rest costs half. */
  readonly guidedPart: number;
}

export interface Synthesis {
  readonly predict: PredictNoise;
  readonly plan: SamplingPlan;
  readonly conditioning: Conditioning;
  readonly signal: AbortSignal | undefined;
  /** Step `step` of `plan.timesteps.length` is done; with the clean latents as the network now sees them. */
  readonly onStep?: (step: number, predictedOriginal: Floats) => Promise<void>;
  /** N(0, 1) for step `index`, where the sampler wants it. */
  readonly stepNoise: (index: number) => Float32Array;
}

/**
 * Stochastic inversion: the noise that the network sees in the drowned content is used as the start noise in its place
 * (equation 4). One prediction, not guided.
 *
 * @param content scaled latents [1, C, h, w], with the style in them where the style path wants it
 * @param noise N(0, 1), as many
 * @returns the start of the synthesis, at the noise level of `plan.startTimestep`
 */
export async function invert(
  content: Floats,
  noise: Float32Array,
  { predict, plan, conditioning, signal }: Synthesis,
): Promise<Floats> {
  await breathe(signal);
  const t = plan.startTimestep;
  const drowned = plan.addNoise(content.data, noise);
  const input = { data: plan.scaleModelInput(drowned, t), shape: content.shape };
  const [prediction] = await predict(input, t, [conditioning.prompt]);
  expectNumbers(prediction!, "the inversion");
  return { data: plan.addNoise(content.data, plan.predictedNoise(prediction!, t, drowned)), shape: content.shape };
}

/** Denoises `start` to latents [1, C, h, w], step by step. @throws CancelledError, EngineError when a prediction is NaN */
export async function synthesize(start: Floats, synthesis: Synthesis): Promise<Floats> {
  const { predict, plan, conditioning, signal, onStep, stepNoise } = synthesis;
  const { shape } = start;
  const guidedSteps = Math.ceil(plan.timesteps.length * conditioning.guidedPart);
  let sample = start.data;
  for (const [index, timestep] of plan.timesteps.entries()) {
    await breathe(signal);
    const input = { data: plan.scaleModelInput(sample, timestep), shape };
    const prediction = await guided(predict, input, timestep, conditioning, index < guidedSteps);
    expectNumbers(prediction, `step ${index + 1}`);
    const noise = plan.stochastic ? stepNoise(index) : undefined;
    const result = plan.step(prediction, index, sample, noise);
    sample = result.sample;
    await onStep?.(index + 1, { data: result.predictedOriginal, shape });
  }
  return { data: sample, shape };
}

/** e = e_empty + scale · (e_prompt - e_empty) (Ho and Salimans 2022). */
async function guided(
  predict: PredictNoise,
  input: Floats,
  timestep: number,
  { prompt, empty, guidance }: Conditioning,
  isGuided: boolean,
): Promise<Float32Array> {
  if (!isGuided || !empty || guidance === 1) {
    const [prediction] = await predict(input, timestep, [prompt]);
    return prediction!;
  }
  const [without, withPrompt] = await predict(input, timestep, [empty, prompt]);
  return without!.map((value, i) => value + guidance * (withPrompt![i]! - value));
}

/** @throws EngineError with advice when a value is not a number, or infinite */
export function expectNumbers(values: Float32Array, where: string): void {
  if (values.every(Number.isFinite)) return;
  throw new EngineError(
    `the network gave values that are not numbers (${where}); set PRECISION=fp32, and if that does not help, check the weights with \`atelier models verify\``,
    { retryable: false },
  );
}
