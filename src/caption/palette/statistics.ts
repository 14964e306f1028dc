/** Order statistics, means, local deviations and gradients of planes. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { PlanarImage, Plane, Size } from "../../images/plane.ts";
import { sortedPlane } from "../../images/sorted-plane.ts";

/** Sorting more tells nothing more. */
const SORTED = 65_536;

/** The values at the given fractions (0 to 1) of the sorted plane; of large planes of an even sample. */
export function quantiles(plane: Plane, fractions: readonly number[]): number[] {
  const step = Math.ceil(plane.length / SORTED);
  const sorted = sortedPlane(step > 1 ? everySo(plane, step) : plane);
  const last = sorted.length - 1;
  return fractions.map((fraction) => sorted[Math.min(last, Math.floor(fraction * sorted.length))] ?? 0);
}

function everySo(plane: Plane, step: number): Plane {
  const some = new Float32Array(Math.ceil(plane.length / step));
  for (let i = 0; i < some.length; i++) some[i] = plane[i * step]!;
  return some;
}

/** Share of values for which `test` holds. */
export function shareOf(plane: Plane, test: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < plane.length; i++) if (test(plane[i]!)) count += 1;
  return count / plane.length;
}

export function meanOf(plane: Plane): number {
  let sum = 0;
  for (let i = 0; i < plane.length; i++) sum += plane[i]!;
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
  const deviation = blurPlane(products(plane, plane), size, sigma);
  for (let i = 0; i < mean.length; i++) {
    deviation[i] = Math.sqrt(Math.max(0, deviation[i]! - mean[i]! * mean[i]!));
  }
  return deviation;
}

/** Pixel by pixel. */
export function products(one: Plane, other: Plane): Plane {
  const out = new Float32Array(one.length);
  for (let i = 0; i < out.length; i++) out[i] = one[i]! * other[i]!;
  return out;
}

/** Standard deviation of colour, as a distance in OKLab, in a Gaussian window around every pixel. */
export function colourDeviation(image: PlanarImage, sigma: number): Plane {
  const [L, a, b] = image.planes;
  const [meanL, meanA, meanB] = image.planes.map((plane) => blurPlane(plane, image, sigma)) as [Plane, Plane, Plane];
  const squares = new Float32Array(L.length);
  for (let i = 0; i < L.length; i++) squares[i] = L[i]! * L[i]! + a[i]! * a[i]! + b[i]! * b[i]!;
  const deviation = blurPlane(squares, image, sigma);
  for (let i = 0; i < L.length; i++) {
    deviation[i] = Math.sqrt(Math.max(0, deviation[i]! - meanL[i]! ** 2 - meanA[i]! ** 2 - meanB[i]! ** 2));
  }
  return deviation;
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
  return { gx, gy, magnitude: lengths(gx, gy) };
}

/** Of vectors, pixel by pixel. */
export function lengths(x: Plane, y: Plane): Plane {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]! * x[i]! + y[i]! * y[i]!);
  return out;
}
