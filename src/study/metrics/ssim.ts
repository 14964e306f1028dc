/** How alike two pictures are in structure: SSIM (Wang, Bovik, Sheikh and Simoncelli 2004). */
import type { RgbImage } from "../../images/rgb-image.ts";

const SIGMA = 1.5;
const REACH = 5;
/** (0.01 L)² and (0.03 L)² with colours from 0 to 1. */
const C1 = 1e-4;
const C2 = 9e-4;

const WINDOW = gaussian();

/**
 * Mean over pixels and channels of two pictures of one size, in sRGB from 0 to 1 with a Gaussian window of 11 px, borders
 * mirrored, as `torchmetrics` has it: 1 for the same picture, about 0 for two that have nothing in common.
 */
export function ssim(a: RgbImage, b: RgbImage): number {
  const [one, other] = [channelsOf(a), channelsOf(b)];
  const smooth = (values: Float64Array): Float64Array => blurred(values, a.width, a.height);
  let total = 0;
  for (const [c, x] of one.entries()) {
    const y = other[c]!;
    const product = (u: Float64Array, v: Float64Array): Float64Array => smooth(u.map((value, i) => value * v[i]!));
    const [mx, my, xx, yy, xy] = [smooth(x), smooth(y), product(x, x), product(y, y), product(x, y)];
    for (let i = 0; i < x.length; i++) {
      const [u, v] = [mx[i]!, my[i]!];
      const spread = Math.max(0, xx[i]! - u * u) + Math.max(0, yy[i]! - v * v);
      const luminance = (2 * u * v + C1) / (u * u + v * v + C1);
      total += (luminance * (2 * (xy[i]! - u * v) + C2)) / (spread + C2);
    }
  }
  return total / (3 * a.width * a.height);
}

function channelsOf({ data }: RgbImage): Float64Array[] {
  return [0, 1, 2].map((c) => Float64Array.from({ length: data.length / 3 }, (_, i) => data[3 * i + c]! / 255));
}

/** Along rows and columns, borders mirrored about the outermost pixel. */
function blurred(values: Float64Array, width: number, height: number): Float64Array {
  const across = filtered(values, { length: width, step: 1, lines: height, lineStep: width });
  return filtered(across, { length: height, step: width, lines: width, lineStep: 1 });
}

interface Lines {
  /** Of a line, and how far its values lie apart. */
  readonly length: number;
  readonly step: number;
  readonly lines: number;
  readonly lineStep: number;
}

function filtered(values: Float64Array, { length, step, lines, lineStep }: Lines): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < length; i++)
    for (let k = -REACH; k <= REACH; k++) {
      const weight = WINDOW[k + REACH]!;
      const from = mirrored(i + k, length) * step;
      const to = i * step;
      for (let line = 0, at = 0; line < lines; line++, at += lineStep) out[to + at]! += weight * values[from + at]!;
    }
  return out;
}

function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}

function gaussian(): readonly number[] {
  const weights = Array.from({ length: 2 * REACH + 1 }, (_, i) => Math.exp(-((i - REACH) ** 2) / (2 * SIGMA ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
