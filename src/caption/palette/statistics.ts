/** Order statistics, means, local deviations and gradients of planes. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { PlanarImage, Plane, Size } from "../../images/plane.ts";

/** Sorting more tells nothing more. */
const SORTED = 65_536;

/** The values at the given fractions (0 to 1) of the sorted plane; of large planes of an even sample. */
export function quantiles(plane: Plane, fractions: readonly number[]): number[] {
  const step = Math.ceil(plane.length / SORTED);
  const sorted = (step > 1 ? plane.filter((_, i) => i % step === 0) : plane.slice()).sort();
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

/** Standard deviation in a Gaussian window around every pixel. */
export function localDeviation(plane: Plane, size: Size, sigma: number): Plane {
  const mean = blurPlane(plane, size, sigma);
  const squares = blurPlane(
    plane.map((value) => value * value),
    size,
    sigma,
  );
  return squares.map((value, i) => Math.sqrt(Math.max(0, value - mean[i]! * mean[i]!)));
}

/** Standard deviation of colour, as a distance in OKLab, in a Gaussian window around every pixel. */
export function colourDeviation(image: PlanarImage, sigma: number): Plane {
  const [L, a, b] = image.planes;
  const means = image.planes.map((plane) => blurPlane(plane, image, sigma)) as [Plane, Plane, Plane];
  const squares = blurPlane(
    L.map((value, i) => value * value + a[i]! * a[i]! + b[i]! * b[i]!),
    image,
    sigma,
  );
  return squares.map((value, i) =>
    Math.sqrt(Math.max(0, value - means[0][i]! ** 2 - means[1][i]! ** 2 - means[2][i]! ** 2)),
  );
}

/** Slopes across and down, and their steepness, per pixel. */
export interface Gradients {
  readonly gx: Plane;
  readonly gy: Plane;
  readonly magnitude: Plane;
}

/** Central differences, 0 at the border. */
export function gradients(L: Plane, { width, height }: Size): Gradients {
  const gx = new Float32Array(L.length);
  const gy = new Float32Array(L.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      gx[i] = (L[i + 1]! - L[i - 1]!) / 2;
      gy[i] = (L[i + width]! - L[i - width]!) / 2;
    }
  }
  return { gx, gy, magnitude: gx.map((value, i) => Math.sqrt(value * value + gy[i]! * gy[i]!)) };
}
