/** How far two sets of pictures are apart as normal distributions of what a network sees in them: FID (Heusel et al. 2017). */
import { dot, type FeatureSet, meanVector, sizeOf } from "./feature-set.ts";
import { singularValues } from "./singular-values.ts";

/**
 * |μ₁ - μ₂|² + Tr(Σ₁ + Σ₂ - 2 (Σ₁ Σ₂)^½) with covariances over n - 1, as `pytorch-fid` and `art-fid` have it. With
 * Σ = Xᵀ X for each set, the trace of the matrix square root is the sum of the singular values of X₁ X₂ᵀ, which has the
 * sides of the sets and not of the vectors, and needs no small number added where pictures are fewer than features.
 *
 * @returns `null` where a set has fewer than two pictures
 */
export function frechetDistance(one: FeatureSet, other: FeatureSet): number | null {
  if (sizeOf(one) < 2 || sizeOf(other) < 2) return null;
  const [mean, otherMean] = [meanVector(one), meanVector(other)];
  const difference = mean.map((value, k) => value - otherMean[k]!);
  const [rows, others] = [deviations(one, mean), deviations(other, otherMean)];
  const [few, many] = rows.length < others.length ? [rows, others] : [others, rows];
  const products = few.map((row) => Float64Array.from(many, (column) => dot(row, column)));
  const root = singularValues(products).reduce((sum, value) => sum + value, 0);
  const traces = [...rows, ...others].reduce((sum, row) => sum + dot(row, row), 0);
  // Of a set and itself the terms cancel but for rounding.
  return Math.max(0, dot(difference, difference) + traces - 2 * root);
}

/** Rows of X, Xᵀ X being the covariance. */
function deviations(set: FeatureSet, mean: Float64Array): Float64Array[] {
  const size = sizeOf(set);
  return set.vectors.map((vector, i) => {
    const weight = Math.sqrt(set.counts[i]! / (size - 1));
    return mean.map((value, k) => weight * (vector[k]! - value));
  });
}
