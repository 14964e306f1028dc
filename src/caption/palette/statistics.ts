/** Order statistics and means of planes. */
import type { Plane } from "../../images/plane.ts";

/** The values at the given fractions (0 to 1) of the sorted plane. */
export function quantiles(plane: Plane, fractions: readonly number[]): number[] {
  const sorted = Float32Array.from(plane).sort();
  const last = sorted.length - 1;
  return fractions.map((fraction) => sorted[Math.min(last, Math.floor(fraction * sorted.length))] ?? 0);
}

/** Share of values for which `test` holds. */
export function shareOf(plane: Plane, test: (value: number) => boolean): number {
  let count = 0;
  for (const value of plane) if (test(value)) count += 1;
  return count / plane.length;
}

export function meanOf(plane: Plane): number {
  let sum = 0;
  for (const value of plane) sum += value;
  return sum / plane.length;
}

/** Root mean square of the difference of two planes. */
export function rmsDifference(one: Plane, other: Plane): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i]! - other[i]!) ** 2;
  return Math.sqrt(sum / one.length);
}
