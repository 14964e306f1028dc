/** How far the colours of two pictures are from each other as histograms that know no lightness (HistoGAN, Afifi et al. 2021). */
import type { RgbImage } from "../../images/rgb-image.ts";
import { bilinearPlanes, unitPlanes } from "./unit-planes.ts";

const BINS = 64;
/** Log ratios of two channels that the bins reach to, and how broad a pixel is among them. */
const REACH = 3;
const SIGMA = 0.02;
/** Larger pictures are squeezed to a square of this side, as the protocol of StyleID has it. */
const LARGEST = 256;
const EPSILON = 1e-6;
const PLACES = Float64Array.from({ length: BINS }, (_, i) => -REACH + (2 * REACH * i) / (BINS - 1));

/** RGB-uv histogram: for each channel by its log ratios to the other two, weighted by intensity; together 1. */
type UvHistogram = Float64Array;

/** Hellinger distance of two histograms: 0 for the same colours in the same shares, 1 for none in common. */
export function histogramDistance(one: UvHistogram, other: UvHistogram): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (Math.sqrt(one[i]!) - Math.sqrt(other[i]!)) ** 2;
  return Math.sqrt(sum / 2);
}

export function uvHistogram(image: RgbImage): UvHistogram {
  const isLarge = Math.max(image.width, image.height) > LARGEST;
  const planes = isLarge ? bilinearPlanes(image, { width: LARGEST, height: LARGEST }) : unitPlanes(image);
  const histogram = new Float64Array(3 * BINS * BINS);
  for (const [channel, [u, v]] of OTHERS.entries())
    addChannel(histogram.subarray(channel * BINS * BINS, (channel + 1) * BINS * BINS), planes, [channel, u, v]);
  const sum = histogram.reduce((total, value) => total + value, 0) + EPSILON;
  return histogram.map((value) => value / sum);
}

/** For each channel, the two that it is held against. */
const OTHERS = [
  [1, 2],
  [0, 2],
  [0, 1],
] as const;
/** Pixels that are added in one go: each bin is then read and written once for all of them. */
const TOGETHER = 4;

function addChannel(
  histogram: Float64Array,
  planes: Float32Array,
  [channel, u, v]: readonly [number, number, number],
): void {
  const area = planes.length / 3;
  const spreads = (): Float64Array[] => Array.from({ length: TOGETHER }, () => new Float64Array(BINS));
  const [us, vs] = [spreads(), spreads()];
  for (let i = 0; i < area; i += TOGETHER) {
    for (let k = 0; k < TOGETHER; k++) {
      // Beyond the last pixel there is nothing to add.
      const isThere = i + k < area;
      const value = (c: number): number => planes[c * area + Math.min(area - 1, i + k)]!;
      const intensity = Math.sqrt(value(0) ** 2 + value(1) ** 2 + value(2) ** 2 + EPSILON);
      const own = Math.log(value(channel) + EPSILON);
      spread(us[k]!, own - Math.log(value(u) + EPSILON), isThere ? intensity : 0);
      spread(vs[k]!, own - Math.log(value(v) + EPSILON), 1);
    }
    addProducts(histogram, us, vs);
  }
}

function addProducts(histogram: Float64Array, us: readonly Float64Array[], vs: readonly Float64Array[]): void {
  const [first, second, third, fourth] = vs as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let a = 0, at = 0; a < BINS; a++) {
    const [p, q, r, s] = [us[0]![a]!, us[1]![a]!, us[2]![a]!, us[3]![a]!];
    for (let b = 0; b < BINS; b++) histogram[at++]! += p * first[b]! + q * second[b]! + r * third[b]! + s * fourth[b]!;
  }
}

/** What a pixel gives to each bin: an inverse quadratic of its distance. */
function spread(out: Float64Array, place: number, weight: number): void {
  for (let i = 0; i < BINS; i++) {
    const distance = (place - PLACES[i]!) / SIGMA;
    out[i] = weight / (1 + distance * distance);
  }
}
