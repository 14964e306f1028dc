/**
 * Sliced optimal transport of colours (Rabin et al. 2011; Bonneel et al. 2015): along an axis the optimal map is the
 * map between quantiles; a few orthogonal frames of axes bring one colour distribution close to another.
 */
import type { Weighed } from "../../../blend.ts";
import { mapPlanes, type Plane, type PlanarImage } from "../../../images/plane.ts";
import { gaussianNoise } from "../../diffusion/noise.ts";
import { COLOUR_TABLE_LENGTH, mapColours } from "../kernels/filters.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { boundedMap, type SlopeBounds } from "./bounded-map.ts";
import { allocatePicture, readPicture, writePicture, type Picture } from "./picture.ts";
import { IDENTITY, orthonormal, build, type Matrix3 } from "./matrix3.ts";

const KNOTS = 256;
const BINS = 2048;

/** Beyond the outermost quantiles colours follow at half the distance. */
const OUTER_SLOPE = 0.5;

/** The frames are the same in every run, so that the style's quantiles are computed once. */
const FRAMES: readonly Matrix3[] = Array.from({ length: 12 }, (_, i) => {
  const noise = gaussianNoise(2007, 9, i);
  return i === 0 ? IDENTITY : orthonormal(build((row, column) => noise[3 * row + column]!));
});

/** Quantiles of a colour distribution along the three axes of every frame. */
export interface ColourQuantiles {
  /** indexed `[frame][axis]`, each `KNOTS` rising values */
  readonly knots: readonly (readonly Float32Array[])[];
}

/** The three coordinates of some colours. */
export type ColourSamples = PlanarImage["planes"];

/** Colours picked evenly from a picture: three arrays of at most `limit` values and a bit. */
export function sampleColours(image: PlanarImage, limit: number): ColourSamples {
  const length = image.planes[0].length;
  const step = Math.max(1, Math.floor(length / limit));
  return mapPlanes(image, (plane) => {
    const out = new Float32Array(Math.ceil(length / step));
    for (let i = 0; i < out.length; i++) out[i] = plane[i * step]!;
    return out;
  }).planes;
}

/** The axis of lightness. */
export const LIGHTNESS = [1, 0, 0] as const;

/** Of lightness: the first axis of the first frame. */
export const lightnessQuantiles = ({ knots }: ColourQuantiles): Float32Array => knots[0]![0]!;

export function colourQuantiles(samples: ColourSamples): ColourQuantiles {
  return { knots: FRAMES.map((frame) => frame.map((axis) => quantilesAlong(samples, axis))) };
}

/** Of a mixture of distributions: each value counts by the weight of the one that it is of. */
export function mixedQuantiles(all: readonly Weighed<ColourQuantiles>[]): ColourQuantiles {
  return {
    knots: FRAMES.map((frame, f) => frame.map((_, axis) => mixedKnots(all, (one) => one.knots[f]![axis]!))),
  };
}

function mixedKnots(
  all: readonly Weighed<ColourQuantiles>[],
  knotsOf: (one: ColourQuantiles) => Float32Array,
): Float32Array {
  const values = all
    .flatMap((one) => Array.from(knotsOf(one), (value) => ({ value, weight: one.weight / KNOTS })))
    .toSorted((a, b) => a.value - b.value);
  let next = 0;
  let below = 0;
  return Float32Array.from({ length: KNOTS }, (_, k) => {
    const rank = (k + 0.5) / KNOTS;
    while (next < values.length - 1 && below + values[next]!.weight < rank) below += values[next++]!.weight;
    return values[next]!.value;
  });
}

export interface TransportOptions {
  readonly rounds: number;
  readonly sampleLimit: number;
  readonly firstFrame?: number;
  readonly shares?: Plane;
  readonly bounds?: SlopeBounds;
}

/**
 * Moves the colours of a picture towards a distribution, in place.
 *
 * @param rounds frames to go through, beginning with the picture's own axes
 * @param firstFrame 1 to begin with a rotated frame
 * @param shares how far each pixel follows, 0 to 1; without it all of them follow wholly
 * @param bounds of the slope of each axis's map; without them colours go wherever the target has them
 * @param sampleLimit about how many of the picture's colours to take quantiles from
 */
export function transportColours(
  pool: KernelPool,
  picture: Picture,
  target: ColourQuantiles,
  { rounds, sampleLimit, firstFrame = 0, shares, bounds }: TransportOptions,
): void {
  pool.scoped(() => {
    const axes = pool.allocate(4 * 15);
    const tables = pool.allocate(4 * 3 * COLOUR_TABLE_LENGTH);
    const { address, width, height } = picture;
    const sharesAt = pool.allocate(4 * width * height);
    const placed = pool.floats(sharesAt, width * height);
    if (shares) placed.set(shares);
    else placed.fill(1);
    for (let round = 0; round < rounds; round++) {
      const index = (firstFrame + round) % FRAMES.length;
      const samples = samplePicture(picture, sampleLimit);
      FRAMES[index]!.forEach((axis, k) => {
        const table = pool.floats(tables + 4 * k * COLOUR_TABLE_LENGTH, COLOUR_TABLE_LENGTH);
        const own = quantilesAlong(samples, axis);
        const aim = target.knots[index]![k]!;
        const { first, density } = fillTable(table, own, bounds ? boundedMap(own, aim, bounds) : aim);
        pool.floats(axes + 20 * k, 5).set([...axis, first, density]);
      });
      pool.run(mapColours, { pixels: address, shares: sharesAt, width, height, axes, tables });
    }
  });
}

/** A picture with its colours moved likewise. */
export function transported(
  pool: KernelPool,
  image: PlanarImage,
  target: ColourQuantiles,
  options: TransportOptions,
): PlanarImage {
  return pool.scoped(() => {
    const picture = allocatePicture(pool, image.width, image.height);
    writePicture(picture, image);
    transportColours(pool, picture, target, options);
    return readPicture(picture);
  });
}

function samplePicture(picture: Picture, limit: number): Float32Array[] {
  const length = picture.width * picture.height;
  const step = Math.max(1, Math.floor(length / limit));
  const count = Math.ceil(length / step);
  return [0, 1, 2].map((channel) => {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = picture.pixels[4 * i * step + channel]!;
    return out;
  });
}

/** Quantiles of the samples' coordinates along an axis, read off a fine histogram: no sorting. */
export function quantilesAlong(samples: readonly Float32Array[], axis: readonly number[]): Float32Array {
  const [first, second, third] = samples as [Float32Array, Float32Array, Float32Array];
  const [x, y, z] = axis as [number, number, number];
  const count = first.length;
  const along = new Float32Array(count);
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < count; i++) {
    const value = Math.fround(x * first[i]! + y * second[i]! + z * third[i]!);
    along[i] = value;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const density = highest > lowest ? (BINS - 1e-3) / (highest - lowest) : 0;
  const bins = new Int32Array(BINS);
  for (let i = 0; i < count; i++) bins[((along[i]! - lowest) * density) | 0]! += 1;
  const knots = new Float32Array(KNOTS);
  let bin = 0;
  let below = 0;
  for (let k = 0; k < KNOTS; k++) {
    const rank = ((k + 0.5) / KNOTS) * count;
    while (bin < BINS - 1 && below + bins[bin]! < rank) below += bins[bin++]!;
    const within = bins[bin]! > 0 ? (rank - below) / bins[bin]! : 0;
    knots[k] = density > 0 ? lowest + (bin + Math.min(1, within)) / density : lowest;
  }
  return knots;
}

/** Moves values by the map from one set of quantiles to another. */
export function mapValues(values: Plane, from: Float32Array, to: Float32Array): Plane {
  const table = new Float32Array(COLOUR_TABLE_LENGTH);
  const { first, density } = fillTable(table, from, to);
  return values.map((value) => {
    const place = Math.min(COLOUR_TABLE_LENGTH - 1.001, Math.max(0, (value - first) * density));
    const entry = place | 0;
    return table[entry]! + (place - entry) * (table[entry + 1]! - table[entry]!);
  });
}

/** Samples the map from one set of quantiles to another evenly; returns its first argument and entries per unit. */
function fillTable(table: Float32Array, from: Float32Array, to: Float32Array): { first: number; density: number } {
  const lowest = from[0]!;
  const highest = from[KNOTS - 1]!;
  const margin = 0.25 + 0.5 * (highest - lowest);
  const first = lowest - margin;
  const step = (highest - lowest + 2 * margin) / (COLOUR_TABLE_LENGTH - 1);
  for (let i = 0, knot = 0; i < COLOUR_TABLE_LENGTH; i++) {
    const value = first + i * step;
    if (value <= lowest) table[i] = to[0]! + (value - lowest) * OUTER_SLOPE;
    else if (value >= highest) table[i] = to[KNOTS - 1]! + (value - highest) * OUTER_SLOPE;
    else {
      while (from[knot + 1]! <= value) knot++;
      const gap = from[knot + 1]! - from[knot]!;
      table[i] = to[knot]! + (gap > 1e-9 ? (value - from[knot]!) / gap : 0) * (to[knot + 1]! - to[knot]!);
    }
  }
  return { first, density: 1 / step };
}
