/** UniPC of order 2 with B(h) = e^h - 1 (Zhao et al. 2023): a predictor, corrected once the next prediction is known. */
import { linear } from "./linear.ts";
import { NoiseLevels, SIGNAL_FLOOR } from "./noise-levels.ts";
import { levelsDownToClean, planGrid, riseOfLogSnr, variancePreserving } from "./plan.ts";
import { originalOf } from "./prediction.ts";
import type { SchedulerConfig } from "./scheduler-config.ts";
import type { Scheduler } from "./scheduler.ts";

interface Past {
  /** The corrected sample that the last predictor set out from, and the original predicted there. */
  readonly sample: Float32Array;
  readonly original: Float32Array;
  /** The original predicted one step before that, where the last predictor was of order 2. */
  readonly earlier: Float32Array | null;
}

export function createUnipc(config: SchedulerConfig): Scheduler {
  const levels = new NoiseLevels(config, SIGNAL_FLOOR);
  return {
    name: "unipc",
    plan: (request) => {
      const grid = planGrid(config, request, { spacing: "linspace", withoutLowest: true, fractional: false });
      const timesteps = grid.timesteps.slice(grid.begin);
      const points = levelsDownToClean(levels, timesteps);
      const rises = points.slice(1).map((to, i) => riseOfLogSnr(points[i]!, to));
      let past: Past | null = null;

      /** UniC: the last step again, now that the original is known at its end too. */
      const correct = (index: number, original: Float32Array, { sample, original: start, earlier }: Past) => {
        const from = points[index - 1]!;
        const to = points[index]!;
        const share = -to.alpha * Math.expm1(-rises[index - 1]!);
        const scale = to.sigma / from.sigma;
        if (earlier === null) return linear([scale, sample], [share / 2, start], [share / 2, original]);
        const { before, after } = correctorWeights(rises[index - 2]!, rises[index - 1]!);
        return linear(
          [scale, sample],
          [share * (1 - before - after), start],
          [share * before, earlier],
          [share * after, original],
        );
      };

      return {
        ...variancePreserving(config, levels, request, timesteps),
        step: (prediction, index, sample) => {
          const from = points[index]!;
          const to = points[index + 1]!;
          const original = originalOf(config.predictionType, from, prediction, sample);
          const corrected: Float32Array = past === null ? sample : correct(index, original, past);
          // The step to no noise at all is of first order: the next level's logarithm is infinite.
          const earlier: Float32Array | null = index === timesteps.length - 1 ? null : (past?.original ?? null);
          past = { sample: corrected, original, earlier };
          const share = -to.alpha * Math.expm1(-rises[index]!);
          const slope = earlier === null ? 0 : (share * rises[index]!) / (2 * rises[index - 1]!);
          return {
            sample: linear(
              [to.sigma / from.sigma, corrected],
              [share + slope, original],
              ...(earlier === null ? [] : [[-slope, earlier] as const]),
            ),
            predictedOriginal: original,
          };
        },
      };
    },
  };
}

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
