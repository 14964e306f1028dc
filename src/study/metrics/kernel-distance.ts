/** How far two sets of pictures are apart by a kernel of what a network sees in them: KID (Bińkowski et al. 2018). */
import { dot } from "./feature-set.ts";

/**
 * Unbiased squared maximum mean discrepancy with the kernel (x·y / d + 1)³, over all pictures at once: its mean does not
 * depend on how many there are, and it may be below 0. Each picture may be there once only.
 *
 * @returns `null` where a set has fewer than two pictures
 */
export function kernelDistance(one: readonly Float32Array[], other: readonly Float32Array[]): number | null {
  if (one.length < 2 || other.length < 2) return null;
  return within(one) + within(other) - 2 * between(one, other);
}

const kernel = (x: Float32Array, y: Float32Array): number => (dot(x, y) / x.length + 1) ** 3;

/** Mean over pairs of two. */
function within(set: readonly Float32Array[]): number {
  let sum = 0;
  for (let i = 0; i < set.length; i++) for (let j = i + 1; j < set.length; j++) sum += kernel(set[i]!, set[j]!);
  return (2 * sum) / (set.length * (set.length - 1));
}

function between(one: readonly Float32Array[], other: readonly Float32Array[]): number {
  let sum = 0;
  for (const x of one) for (const y of other) sum += kernel(x, y);
  return sum / (one.length * other.length);
}
