/** The direction in which strokes run: along the content's forms, bent by what the description says. */
import { hypotenuse } from "../../../hypotenuse.ts";
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../../images/plane.ts";
import type { Random } from "../../../random.ts";
import { smoothNoise } from "./value-noise.ts";

/** Unit tangents of the strokes, rows counting downwards; the sign of a tangent means nothing. */
export interface Orientation {
  readonly tx: Plane;
  readonly ty: Plane;
  /** How strongly the forms themselves give the direction, 0 to 1. */
  readonly strength: Plane;
}

export interface OrientationOptions {
  /** Pixels per 1/512 of the long side. */
  readonly unit: number;
  /** Degrees counter-clockwise as a person sees it; `null` follows the forms alone. */
  readonly angle: number | null;
  /** 0: straight and calm; 1: swirls wherever the forms leave room. */
  readonly swirl: number;
  readonly random: Random;
  readonly breathe: () => Promise<void>;
}

/**
 * Structure tensor of lightness in three scales, so that flat parts take the direction of the forms around them
 * (as Hays & Essa 2004 interpolate strong gradients), plus swirls along the contours of smooth noise.
 */
export async function orientationOf(L: Plane, size: Size, options: OrientationOptions): Promise<Orientation> {
  const { unit, angle, swirl, random, breathe } = options;
  const { cos, sin, energy } = doubledGradients(L, size, unit);
  const count = L.length;
  const sumCos = new Float32Array(count);
  const sumSin = new Float32Array(count);
  for (const [sigma, weight] of [
    [2.5, 1],
    [8, 0.6],
    [28, 0.45],
  ] as const) {
    const blurredCos = blurPlane(cos, size, sigma * unit);
    const blurredSin = blurPlane(sin, size, sigma * unit);
    await breathe();
    for (let i = 0; i < count; i++) {
      sumCos[i]! += weight * blurredCos[i]!;
      sumSin[i]! += weight * blurredSin[i]!;
    }
  }
  let mean = 0;
  for (let i = 0; i < count; i++) mean += energy[i]! / count;
  const strength = blurPlane(energy, size, 3 * unit).map((value) => value / (value + 0.8 * mean + 1e-9));
  await breathe();
  if (swirl > 0) addSwirls(sumCos, sumSin, size, 0.55 * swirl * swirl * mean, unit, random);
  if (angle !== null) {
    const doubled = (-2 * angle * Math.PI) / 180;
    for (let i = 0; i < count; i++) {
      sumCos[i]! += 1.6 * mean * Math.cos(doubled);
      sumSin[i]! += 1.6 * mean * Math.sin(doubled);
    }
  }
  await breathe();
  const tx = new Float32Array(count);
  const ty = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const half = 0.5 * Math.atan2(sumSin[i]!, sumCos[i]!);
    tx[i] = Math.cos(half);
    ty[i] = Math.sin(half);
  }
  return { tx, ty, strength };
}

/** Squared gradients as doubled-angle vectors of the tangent, borders left at 0. */
function doubledGradients(L: Plane, size: Size, unit: number): { cos: Plane; sin: Plane; energy: Plane } {
  const { width, height } = size;
  const smooth = blurPlane(L, size, 1.2 * unit);
  const cos = new Float32Array(L.length);
  const sin = new Float32Array(L.length);
  const energy = new Float32Array(L.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      const gx = smooth[i + 1]! - smooth[i - 1]!;
      const gy = smooth[i + width]! - smooth[i - width]!;
      // Square root of the energy, so that one hard edge does not rule its whole surroundings
      const length = hypotenuse(gx, gy) + 1e-9;
      cos[i] = (gy * gy - gx * gx) / length;
      sin[i] = (-2 * gx * gy) / length;
      energy[i] = length;
    }
  }
  return { cos, sin, energy };
}

/** Tangents of the contour lines of smooth noise: closed eddies, without sources or sinks. */
function addSwirls(cos: Plane, sin: Plane, size: Size, weight: number, unit: number, random: Random): void {
  const { width, height } = size;
  const noise = smoothNoise(size, 26 * unit, random);
  for (let y = 0; y < height; y++) {
    const up = Math.max(0, y - 1) * width;
    const down = Math.min(height - 1, y + 1) * width;
    for (let x = 0; x < width; x++) {
      const gx = noise[y * width + Math.min(width - 1, x + 1)]! - noise[y * width + Math.max(0, x - 1)]!;
      const gy = noise[down + x]! - noise[up + x]!;
      const squares = gx * gx + gy * gy + 1e-12;
      cos[y * width + x]! += (weight * (gy * gy - gx * gx)) / squares;
      sin[y * width + x]! += (weight * (-2 * gx * gy)) / squares;
    }
  }
}
