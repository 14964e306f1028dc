/** The palette that a picture is to end in, between the content's and the style's, and the style repainted in it. */
import type { PlanarImage } from "../../../images/plane.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { boundedMap, type SlopeBounds } from "./bounded-map.ts";
import { interpolate, ramp } from "./interpolate.ts";
import { colourMoments, matchMoments, type ColourMoments } from "./monge-kantorovich.ts";
import {
  colourQuantiles,
  LIGHTNESS,
  lightnessQuantiles,
  mapValues,
  quantilesAlong,
  sampleColours,
  transported,
  type ColourQuantiles,
  type ColourSamples,
} from "./sliced-transport.ts";

/** Shares of the way from the content's colours to the style's, 0 to 1. */
export interface PaletteShares {
  readonly lightness: number;
  readonly chroma: number;
  /** of the way from the content's spread of lightness to the style's, which strokes may fill */
  readonly strokes: number;
}

/** What a strength means for colours; with `keepColors` only some of the style's light and dark is taken. */
export function paletteShares(strength: number, keepColors: boolean): PaletteShares {
  const share = interpolate(strength, [
    [0, 0.1],
    [0.2, 0.3],
    [0.6, 0.9],
    [1, 1],
  ]);
  return keepColors
    ? { lightness: KEPT_TONES * share, chroma: 0, strokes: share }
    : { lightness: share, chroma: share, strokes: share };
}

/** Of the way to the style's tones, where the content keeps its colours. */
const KEPT_TONES = 0.3;

/** A distribution of colours. */
export interface Palette {
  readonly moments: ColourMoments;
  readonly quantiles: ColourQuantiles;
}

/** What blending needs to know of a style. */
export interface StyleColours extends Palette {
  /** lightness less the broad tones below it, in places all over the style */
  readonly strokes: Float32Array;
  readonly lineArt: { readonly score: number };
}

export interface BlendedPalette {
  /** of the content before it is painted over */
  readonly ground: Palette;
  /** of the painted picture: the ground with strokes on it */
  readonly painted: Palette;
}

const SAMPLES = 8_000;

/** How far contrast between tones may be taken away or amplified where the style has other tones than the content. */
const TONES: SlopeBounds = { least: 0.35, most: 3 };

/** What patches bear without their grain becoming blotches. */
const PATCHES: SlopeBounds = { least: 0.25, most: 2 };

/**
 * A displacement interpolation (McCann 1997) of the content's colours and the style's: every colour of the content goes
 * its share of the way to where transport takes it. Lightness goes by a map of bounded slopes, so that tones that the
 * style lacks are neither crushed nor torn apart; the spread that it then lacks is left to strokes.
 */
export function blendPalettes(
  pool: KernelPool,
  content: PlanarImage,
  style: StyleColours,
  shares: PaletteShares,
): BlendedPalette {
  const planes = sampleColours(content, SAMPLES);
  const samples: PlanarImage = { width: planes[0].length, height: 1, planes };
  const moved = transported(pool, matchMoments(samples, style.moments), style.quantiles, {
    rounds: 12,
    sampleLimit: SAMPLES,
  });
  const own = quantilesAlong(planes, LIGHTNESS);
  const aim = lightnessQuantiles(style.quantiles);
  const free = Math.max(style.lineArt.score, twoTones(aim));
  const gentle = mapValues(planes[0], own, boundedMap(own, aim, TONES));
  const toned = gentle.map((value, i) => value + free * (moved.planes[0][i]! - value));
  const towards = (plane: Float32Array, aims: Float32Array, share: number): Float32Array => {
    // Between two colours of a print there is none: at the usual strength hardly anything of the content's is mixed in.
    const pure = share + free * share * share * (1 - share);
    return plane.map((value, i) => value + pure * (aims[i]! - value));
  };
  const lightness = towards(planes[0], toned, shares.lightness);
  const a = towards(planes[1], moved.planes[1], shares.chroma);
  const b = towards(planes[2], moved.planes[2], shares.chroma);
  const range = [Math.min(own.at(2)!, aim.at(2)!), Math.max(own.at(-3)!, aim.at(-3)!)] as const;
  const spread = deviation(own) + shares.strokes * (deviation(aim) - deviation(own));
  const stroked = withStrokes(lightness, style.strokes, spread, range);
  return {
    ground: paletteOf([lightness, a, b]),
    painted: paletteOf([betweenBoth(stroked, own, aim), a, b]),
  };
}

/**
 * Lightness of which no share is darker or lighter than the same share of both pictures: strokes that reach the ends of
 * the range would gather there to black and white of which neither has so much.
 *
 * @param own rising quantiles of the content's lightness, as `aim` of the style's
 */
function betweenBoth(lightness: Float32Array, own: Float32Array, aim: Float32Array): Float32Array {
  const rising = [...lightness.keys()].sort((i, j) => lightness[i]! - lightness[j]!);
  const out = lightness.slice();
  for (const [rank, i] of rising.entries()) {
    const k = Math.floor((rank / rising.length) * own.length);
    const [least, most] = [Math.min(own[k]!, aim[k]!), Math.max(own[k]!, aim[k]!)];
    out[i] = Math.min(most, Math.max(least, out[i]!));
  }
  return out;
}

const paletteOf = (planes: ColourSamples): Palette => ({
  moments: colourMoments({ width: planes[0].length, height: 1, planes }),
  quantiles: colourQuantiles(planes),
});

/** Lightness with strokes laid on it, as far as it takes to reach a standard deviation; none goes beyond the range. */
function withStrokes(
  lightness: Float32Array,
  strokes: Float32Array,
  spread: number,
  [darkest, lightest]: readonly [number, number],
): Float32Array {
  const lacking = spread ** 2 - deviation(lightness) ** 2;
  if (lacking <= 0) return lightness;
  const amount = Math.min(1, Math.sqrt(lacking) / (deviation(strokes) + 1e-6));
  // A stride without a common factor: which stroke falls on which tone is chance.
  return lightness.map((value, i) => {
    const stroke = amount * strokes[(i * STRIDE) % strokes.length]!;
    return stroke < 0
      ? Math.max(Math.min(value, darkest), value + stroke)
      : Math.min(Math.max(value, lightest), value + stroke);
  });
}

const STRIDE = 7919;

/** The standard deviation of some values. */
export function deviation(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean));
}

/**
 * How far a picture is of two tones, as prints are, both of which cover a good part of it: the share of the variance that
 * the best split into two explains (Otsu 1979), where the smaller part is not small. 0 to 1.
 *
 * @param tones rising quantiles of lightness
 */
function twoTones(tones: Float32Array): number {
  const count = tones.length;
  const total = tones.reduce((sum, value) => sum + value, 0);
  const mean = total / count;
  const variance = tones.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  let best = 0;
  let smaller = 0;
  let below = 0;
  for (let k = 1; k < count; k++) {
    below += tones[k - 1]!;
    const gap = below / k - (total - below) / (count - k);
    const between = (k / count) * (1 - k / count) * gap * gap;
    if (between > best) [best, smaller] = [between, Math.min(k, count - k) / count];
  }
  return ramp(best / (variance + 1e-6), 0.85, 0.95) * ramp(smaller, 0.08, 0.2);
}

/** The style's picture in another palette, as far as its grain bears it. */
export function repainted(
  pool: KernelPool,
  style: { readonly image: PlanarImage; readonly moments: ColourMoments },
  palette: Palette,
): PlanarImage {
  const linear = matchMoments(style.image, palette.moments, { most: PATCHES.most, source: style.moments });
  return transported(pool, linear, palette.quantiles, { rounds: 2, sampleLimit: SAMPLES, bounds: PATCHES });
}
