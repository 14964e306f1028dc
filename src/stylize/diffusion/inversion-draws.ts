/** The random choices of textual inversion: each step's are a function of the seed and the step's number alone. */
import { gaussianNoise, uniformNumbers } from "./noise.ts";
import type { Uniform } from "./token-parameters.ts";

/** Streams of randomness; a step has eight. A run that is resumed needs nothing but its step to go on as it would have. */
const STREAM = { step: 0x1000_0000, validation: 0x2000_0000 } as const;
const STREAMS_PER_STEP = 8;

/** Pairs in the fixed set that the loss is judged by. */
export const VALIDATION_PAIRS = 8;

export interface StepDraw {
  readonly timestep: number;
  /** Whether the picture is seen mirrored. */
  readonly mirrored: boolean;
  /** N(0, 1) for the sample of the encoder's distribution. */
  readonly posterior: Float32Array;
  /** N(0, 1) that the latents are drowned in. */
  readonly noise: Float32Array;
  readonly dropout: Uniform;
}

/** @param step from 0. @param length of the latents */
export function drawStep(seed: number, step: number, length: number, trainTimesteps: number): StepDraw {
  const stream = STREAM.step + STREAMS_PER_STEP * step;
  const [when, mirror] = uniformNumbers(seed, 2, stream + 2) as unknown as [number, number];
  return {
    timestep: Math.floor(when * trainTimesteps),
    mirrored: mirror < 0.5,
    posterior: gaussianNoise(seed, length, stream),
    noise: gaussianNoise(seed, length, stream + 1),
    dropout: (count) => uniformNumbers(seed, count, stream + 3),
  };
}

/** A pair that no step trains on: timesteps evenly spread, so that pairs stand for the whole range. */
export function validationPair(
  seed: number,
  index: number,
  length: number,
  trainTimesteps: number,
): Pick<StepDraw, "timestep" | "noise"> {
  return {
    timestep: Math.floor(((index + 0.5) / VALIDATION_PAIRS) * trainTimesteps),
    noise: gaussianNoise(seed, length, STREAM.validation + index),
  };
}
