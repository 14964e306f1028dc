/** UniPC of order 2 with B(h) = e^h - 1 (Zhao et al. 2023): a predictor, corrected once the next prediction is known. */
import { linear } from "./linear-combination.ts";
import { advance, createMultistep } from "./multistep.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

interface Past {
  /** The corrected sample that the last predictor set out from, and the original predicted there. */
  readonly sample: Float32Array;
  readonly original: Float32Array;
  /** The original predicted one step before that, where the last predictor was of order 2. */
  readonly earlier: Float32Array | null;
}

export const createUnipc = (config: SchedulerConfig): Scheduler =>
  createMultistep("unipc", config, (steps) => {
    let past: Past | null = null;

    /** UniC: the last step again, now that the original is known at its end too. */
    const correct = (index: number, original: Float32Array, { sample, original: start, earlier }: Past) => {
      const { rise, scale, share } = steps[index - 1]!;
      if (earlier === null) return linear([scale, sample], [share / 2, start], [share / 2, original]);
      const { before, after } = correctorWeights(steps[index - 2]!.rise, rise);
      return linear(
        [scale, sample],
        [share * (1 - before - after), start],
        [share * before, earlier],
        [share * after, original],
      );
    };

    return (original, index, sample) => {
      const corrected: Float32Array = past === null ? sample : correct(index, original, past);
      const earlier: Float32Array | null = past?.original ?? null;
      past = { sample: corrected, original, earlier };
      return advance(steps, index, corrected, original, earlier);
    };
  });

/**
 * The weights, in units of e^h - 1, of the originals one step before and one step after the one that a corrected step
 * of log-SNR rise `rise` sets out from: the 2 x 2 system of the paper's equation 9, solved by hand.
 */
function correctorWeights(previousRise: number, rise: number): { before: number; after: number } {
  const r = -previousRise / rise;
  const h = -rise;
  const b = Math.expm1(h);
  const first = b / h - 1;
  const second = first / h - 0.5;
  const b1 = first / b;
  const b2 = (2 * second) / b;
  const rho1 = (b1 - b2) / (1 - r);
  return { before: rho1 / r, after: b1 - rho1 };
}
