/** How far the patches of two pictures are from each other as distributions, wherever they stand. */
import type { PlanarImage } from "../../images/plane.ts";
import { seededRandom } from "../../random.ts";
import { remembered } from "./remembered.ts";

const PROJECTIONS = 24;
const QUANTILES = 200;

/**
 * Sliced Wasserstein distance of the colours of two pictures of any sizes (Rabin et al. 2012): the mean distance of
 * sorted projections on 24 directions. In OKLab; two plain pictures that are 1 apart in lightness are 0.5 apart here.
 */
export const paletteDistance = (image: PlanarImage, other: PlanarImage): number => slicedWasserstein(image, other, 1);

/**
 * The same of all square patches of `size` pixels (Elnekave and Weiss 2022): 0 where one picture is a rearrangement of
 * the other. Directions are unit vectors, so that values of different sizes compare roughly.
 */
export function slicedWasserstein(image: PlanarImage, other: PlanarImage, size: number): number {
  const [own, others] = [quantiles(image, size), quantiles(other, size)];
  let total = 0;
  for (let i = 0; i < own.length; i++) total += Math.abs(own[i]! - others[i]!);
  return total / own.length;
}

/** Quantiles of the patches of `size` pixels along each direction, one direction after the other. */
const quantiles = remembered((image, size) => {
  const random = seededRandom(5);
  const samples = sampled(image, size);
  const count = samples[0]!.length;
  const ranks = Array.from({ length: QUANTILES }, (_, k) => Math.floor(((k + 0.5) / QUANTILES) * count));
  return Array.from({ length: PROJECTIONS }, () =>
    valuesAtRanks(projected(samples, unitVector(samples.length, random)), ranks),
  ).flat();
});

/** Evenly spread enough: sums of three uniform numbers, at length 1. */
function unitVector(length: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/**
 * The `3 * size * size` values of patches, each an array of its own: one patch of every square of four, at random so that
 * no pattern hides between them.
 */
function sampled({ width, height, planes }: PlanarImage, size: number): Float32Array[] {
  const random = seededRandom(7);
  const across = Math.floor((width - size + 1) / 2);
  const down = Math.floor((height - size + 1) / 2);
  const places = Int32Array.from({ length: across * down }, (_, at) => {
    const x = 2 * (at % across) + (random() < 0.5 ? 1 : 0);
    const y = 2 * Math.floor(at / across) + (random() < 0.5 ? 1 : 0);
    return y * width + x;
  });
  const offsets = Array.from({ length: size * size }, (_, k) => Math.floor(k / size) * width + (k % size));
  return planes.flatMap((plane) =>
    offsets.map((offset) => Float32Array.from(places, (place) => plane[place + offset]!)),
  );
}

/** Patches projected on a direction. */
function projected(samples: readonly Float32Array[], direction: Float32Array): Float32Array {
  const sums = new Float64Array(samples[0]!.length);
  for (const [k, values] of samples.entries()) {
    const weight = direction[k]!;
    for (let i = 0; i < sums.length; i++) sums[i]! += weight * values[i]!;
  }
  return Float32Array.from(sums);
}

const BINS = 4096;

/** The values that would stand at rising places if all were sorted; only those that share their bin with one are. */
function valuesAtRanks(values: Float32Array, ranks: readonly number[]): number[] {
  const [lowest, highest] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const density = highest > lowest ? (BINS - 1) / (highest - lowest) : 0;
  const binOf = (value: number): number => ((value - lowest) * density) | 0;
  const ends = new Int32Array(BINS);
  for (const value of values) ends[binOf(value)]! += 1;
  for (let bin = 1; bin < BINS; bin++) ends[bin]! += ends[bin - 1]!;
  const starts = Int32Array.from(ends, (_, bin) => (bin === 0 ? 0 : ends[bin - 1]!));
  const grouped = new Float32Array(values.length);
  const next = starts.slice();
  for (const value of values) grouped[next[binOf(value)]!++] = value;
  let sorted = -1;
  return ranks.map((rank) => {
    const bin = binOf(grouped[rank]!);
    if (bin > sorted) grouped.subarray(starts[bin], ends[bin]).sort();
    sorted = bin;
    return grouped[rank]!;
  });
}
