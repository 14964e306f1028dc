/** Noise planes for the painter, from a seeded source. */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import { resizePlane, type Plane, type Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";

/** Uniform in [-1, 1). */
export const signed = (random: Random): number => 2 * random() - 1;

/** White noise, mean 0, standard deviation 1, blurred by `sigma` pixels and brought back to that deviation. */
export function smoothNoise(size: Size, sigma: number, random: Random): Plane {
  // Broad noise is drawn small and enlarged: the same look for a fraction of the work
  const shrink = Math.max(1, Math.floor(sigma / 3));
  const small = { width: Math.ceil(size.width / shrink) + 2, height: Math.ceil(size.height / shrink) + 2 };
  const white = new Float32Array(small.width * small.height);
  for (let i = 0; i < white.length; i++) white[i] = signed(random);
  const smooth = blurPlane(white, small, sigma / shrink);
  return standardised(shrink === 1 ? croppedTo(smooth, small, size) : resizePlane(smooth, small, size));
}

function croppedTo(plane: Plane, from: Size, to: Size): Plane {
  const out = new Float32Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    out.set(plane.subarray(y * from.width, y * from.width + to.width), y * to.width);
  }
  return out;
}

/** Shifts and scales in place to mean 0 and standard deviation 1. */
export function standardised(plane: Plane): Plane {
  let sum = 0;
  for (let i = 0; i < plane.length; i++) sum += plane[i]!;
  const mean = sum / plane.length;
  let squares = 0;
  for (let i = 0; i < plane.length; i++) squares += (plane[i]! - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / plane.length) + 1e-9);
  for (let i = 0; i < plane.length; i++) plane[i] = (plane[i]! - mean) * scale;
  return plane;
}
