/** Light and dark of a picture: key, contrast, two-tone prints, lines on paper, where the light is. */
import { blurPlane } from "../../images/gaussian-blur.ts";
import type { PlanarImage, Plane, Size } from "../../images/plane.ts";
import { meanOf, quantiles } from "./statistics.ts";

export interface ToneMeasures {
  /** Median lightness. */
  readonly key: number;
  /** 95th less 5th percentile of lightness. */
  readonly contrast: number;
  /** How well two tones alone explain the picture, 0 to 1 (Otsu's criterion); 0.75 for an even ramp. */
  readonly twoTone: number;
  /** Share of the darker of the two tones. */
  readonly darkShare: number;
  /** Thin dark lines on one light paper, 0 to 1. */
  readonly line: number;
  /** Mean lightness of the middle less the whole, of top less bottom, of left less right. */
  readonly centre: number;
  readonly top: number;
  readonly left: number;
}

export function measureTones(image: PlanarImage): ToneMeasures {
  const [L] = image.planes;
  const [p5, p50, p95] = quantiles(L, [0.05, 0.5, 0.95]) as [number, number, number];
  const all = meanOf(L);
  const part = (x0: number, x1: number, y0: number, y1: number) => regionMean(L, image, x0, x1, y0, y1);
  return {
    key: p50,
    contrast: p95 - p5,
    ...otsu(L),
    line: lineScore(image),
    centre: part(0.25, 0.75, 0.25, 0.75) - all,
    top: part(0, 1, 0, 0.4) - part(0, 1, 0.6, 1),
    left: part(0, 0.4, 0, 1) - part(0.6, 1, 0, 1),
  };
}

function regionMean(L: Plane, { width, height }: Size, x0: number, x1: number, y0: number, y1: number): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor(y0 * height); y < y1 * height; y++) {
    for (let x = Math.floor(x0 * width); x < x1 * width; x++) {
      sum += L[y * width + x]!;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Between-class over total variance at the best threshold (Otsu 1979). */
function otsu(L: Plane): Pick<ToneMeasures, "twoTone" | "darkShare"> {
  const bins = new Float64Array(64);
  for (const value of L) bins[Math.min(63, Math.max(0, Math.floor(value * 64)))]! += 1 / L.length;
  const mean = bins.reduce((sum, share, i) => sum + share * i, 0);
  const variance = bins.reduce((sum, share, i) => sum + share * (i - mean) ** 2, 0);
  let best = { twoTone: 0, darkShare: 0 };
  let share = 0;
  let first = 0;
  for (let i = 0; i < 63; i++) {
    share += bins[i]!;
    first += i * bins[i]!;
    if (share <= 0 || share >= 1) continue;
    const between = (mean * share - first) ** 2 / (share * (1 - share));
    const twoTone = variance > 0 ? between / variance : 0;
    if (twoTone > best.twoTone) best = { twoTone, darkShare: share };
  }
  return best;
}

const ramp = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));

/**
 * Line art: mostly light, its dark parts thin, and its light parts all of one paper. The last tells a drawing from a
 * painted grid, whose light fields differ in colour.
 */
function lineScore(image: PlanarImage): number {
  const [plane, a, b] = image.planes;
  const long = Math.max(image.width, image.height);
  const L = blurPlane(plane, image, (0.7 * long) / 512);
  const [ink, paper] = quantiles(L, [0.02, 0.8]) as [number, number];
  const range = paper - ink;
  if (range < 0.2) return 0;
  const wide = blurPlane(plane, image, (6 * long) / 512);
  const light: number[] = [];
  let dark = 0;
  let solid = 0;
  for (let i = 0; i < L.length; i++) {
    if (L[i]! > paper - 0.15 * range) light.push(i);
    if (L[i]! < paper - 0.35 * range) {
      dark += 1;
      if (wide[i]! < paper - 0.35 * range) solid += 1;
    }
  }
  const thin = dark === 0 ? 0 : 1 - solid / dark;
  const spread = Math.hypot(spreadOf(a, light), spreadOf(b, light));
  return ramp(light.length / L.length, 0.38, 0.55) * ramp(thin, 0.18, 0.3) * (1 - ramp(spread, 0.014, 0.026));
}

/** Standard deviation of a plane over some of its pixels. */
function spreadOf(plane: Plane, pixels: readonly number[]): number {
  let sum = 0;
  let squares = 0;
  for (const i of pixels) {
    sum += plane[i]!;
    squares += plane[i]! ** 2;
  }
  const mean = sum / pixels.length;
  return Math.sqrt(Math.max(0, squares / pixels.length - mean * mean));
}
