/** Contrast per octave of lightness, matched to the style's (band statistics after Heeger & Bergen 1995). */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, PlanarImage, Size } from "../../../images/plane.ts";

/** Blur radii between the bands, pixels at a long side of 512. */
const SIGMAS = [1, 2, 4, 8, 16] as const;

const blurs = (plane: Plane, size: Size): Plane[] => {
  const scale = Math.max(size.width, size.height) / 512;
  return SIGMAS.map((sigma) => blurPlane(plane, size, sigma * scale));
};

function deviation(upper: Plane, lower: Plane, usable?: Plane): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < upper.length; i++) {
    const weight = usable ? usable[i]! : 1;
    sum += weight * (upper[i]! - lower[i]!) ** 2;
    count += weight;
  }
  return Math.sqrt(sum / count) + 1e-4;
}

function difference(upper: Plane, lower: Plane): Plane {
  const out = new Float32Array(upper.length);
  for (let i = 0; i < out.length; i++) out[i] = upper[i]! - lower[i]!;
  return out;
}

/** Lightness in octaves, finest first: each the difference of two blurs. */
export function lightnessBands(image: PlanarImage): Plane[] {
  const levels = [image.planes[0], ...blurs(image.planes[0], image)];
  return SIGMAS.map((_, k) => difference(levels[k]!, levels[k + 1]!));
}

/** Standard deviation of lightness in each band, finest first; where `usable` is 1. */
export function bandDeviations(image: PlanarImage, usable: Plane): number[] {
  const levels = [image.planes[0], ...blurs(image.planes[0], image)];
  return SIGMAS.map((_, k) => deviation(levels[k]!, levels[k + 1]!, usable));
}

export interface BandMatchOptions {
  /** bounds of the gain of a band */
  readonly lowest: number;
  readonly highest: number;
  /** how much of the gain is applied, 0 to 1 */
  readonly amount: number;
}

/** The picture with its lightness bands amplified or damped towards the deviations `target`. */
export function matchBands(image: PlanarImage, target: readonly number[], options: BandMatchOptions): PlanarImage {
  const { lowest, highest, amount } = options;
  const [lightness, a, b] = image.planes;
  const levels = [lightness, ...blurs(lightness, image)];
  const out = lightness.slice();
  SIGMAS.forEach((_, k) => {
    const upper = levels[k]!;
    const lower = levels[k + 1]!;
    const ratio = target[k]! / deviation(upper, lower);
    const gain = amount * (Math.min(highest, Math.max(lowest, ratio)) - 1);
    for (let i = 0; i < out.length; i++) out[i]! += gain * (upper[i]! - lower[i]!);
  });
  return { width: image.width, height: image.height, planes: [out, a, b] };
}
