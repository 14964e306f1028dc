/** What a network sees in a set of pictures, as distances between sets are taken of it. */

/** Vectors of one length, and how often each occurs. */
export interface FeatureSet {
  readonly vectors: readonly Float32Array[];
  readonly counts: readonly number[];
}

export const sizeOf = ({ counts }: FeatureSet): number => counts.reduce((sum, count) => sum + count, 0);

/** Of the vectors as often as they occur. */
export function meanVector(set: FeatureSet): Float64Array {
  const mean = new Float64Array(set.vectors[0]!.length);
  const size = sizeOf(set);
  for (const [i, vector] of set.vectors.entries())
    for (let k = 0; k < mean.length; k++) mean[k]! += (set.counts[i]! / size) * vector[k]!;
  return mean;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
