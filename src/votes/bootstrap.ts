/** Intervals by resampling whole clusters, such as all that one person has said. */
import type { Random } from "../random.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The middle 95 % of a sample. */
export function percentiles(sample: readonly number[]): Interval {
  const sorted = Float64Array.from(sample).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return { low: at(0.025), high: at(0.975) };
}

/** As many clusters as there are, drawn with replacement, again and again (Efron 1979). */
export const resampled = <C>(clusters: readonly C[], times: number, random: Random): C[][] =>
  Array.from({ length: times }, () => clusters.map(() => clusters[Math.floor(random() * clusters.length)]!));
