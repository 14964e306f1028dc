/** AdamW (Loshchilov and Hutter 2019), to the operation as PyTorch has it; moments in single precision. */

export interface AdamWOptions {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** `torch.optim.AdamW` without arguments but for the learning rate. */
export const ADAMW_DEFAULTS: Omit<AdamWOptions, "learningRate"> = {
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/** Running means of a parameter's gradient and of its square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export const noMoments = (length: number): Moments => ({
  first: new Float32Array(length),
  second: new Float32Array(length),
});

/**
 * One step; `parameter` and `moments` are changed in place.
 *
 * @param step number of this step, from 1: the means are corrected for having begun at zero
 */
export function adamwStep(
  parameter: Float32Array,
  gradient: Float32Array,
  { first, second }: Moments,
  step: number,
  { learningRate, betas, epsilon, weightDecay }: AdamWOptions,
): void {
  const [beta1, beta2] = betas;
  const size = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  const decay = 1 - learningRate * weightDecay;
  for (let i = 0; i < parameter.length; i++) {
    const g = gradient[i]!;
    first[i] = first[i]! + (1 - beta1) * (g - first[i]!);
    second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
    parameter[i] = parameter[i]! * decay - (size * first[i]!) / (Math.sqrt(second[i]!) / correction + epsilon);
  }
}
