/**
 * Sliced optimal transport of colours (Rabin et al. 2011; Bonneel et al. 2015): along an axis the optimal map is the
 * map between quantiles; a few orthogonal frames of axes bring one colour distribution close to another.
 */
import type { PlanarImage } from "../../../images/plane.ts";
import { COLOUR_TABLE_LENGTH, mapColours } from "../kernels/filters.ts";
import type { KernelPool } from "../kernels/pool.ts";
import type { Picture } from "./picture.ts";
import { IDENTITY, orthonormal, build, type Matrix3 } from "./matrix3.ts";
import { normal, seededRandom } from "./random.ts";

const KNOTS = 256;

/** Beyond the outermost quantiles colours follow at half the distance. */
const OUTER_SLOPE = 0.5;

/** The frames are the same in every run, so that the style's quantiles are computed once. */
const FRAMES: readonly Matrix3[] = (() => {
  const random = seededRandom(20_07);
  return Array.from({ length: 12 }, (_, i) => (i === 0 ? IDENTITY : orthonormal(build(() => normal(random)))));
})();

/** Quantiles of a colour distribution along the three axes of every frame. */
export interface ColourQuantiles {
  /** indexed `[frame][axis]`, each `KNOTS` rising values */
  readonly knots: readonly (readonly Float32Array[])[];
}

/** Colours picked evenly from a picture: three arrays of at most `limit` values and a bit. */
export function sampleColours(image: PlanarImage, limit: number): Float32Array[] {
  const length = image.planes[0].length;
  const step = Math.max(1, Math.floor(length / limit));
  const count = Math.ceil(length / step);
  return image.planes.map((plane) => Float32Array.from({ length: count }, (_, i) => plane[i * step]!));
}

export function colourQuantiles(samples: readonly Float32Array[]): ColourQuantiles {
  return { knots: FRAMES.map((frame) => frame.map((axis) => quantilesAlong(samples, axis))) };
}

/**
 * Moves the colours of a picture towards a distribution, in place.
 *
 * @param rounds frames to go through, beginning with the picture's own axes
 * @param firstFrame 1 to begin with a rotated frame
 * @param sampleLimit about how many of the picture's colours to take quantiles from
 */
export function transportColours(
  pool: KernelPool,
  picture: Picture,
  target: ColourQuantiles,
  { rounds, sampleLimit, firstFrame = 0 }: { rounds: number; sampleLimit: number; firstFrame?: number },
): void {
  pool.scoped(() => {
    const axes = pool.allocate(4 * 15);
    const tables = pool.allocate(4 * 3 * COLOUR_TABLE_LENGTH);
    for (let round = 0; round < rounds; round++) {
      const index = (firstFrame + round) % FRAMES.length;
      const samples = samplePicture(picture, sampleLimit);
      FRAMES[index]!.forEach((axis, k) => {
        const table = pool.floats(tables + 4 * k * COLOUR_TABLE_LENGTH, COLOUR_TABLE_LENGTH);
        const { first, density } = fillTable(table, quantilesAlong(samples, axis), target.knots[index]![k]!);
        pool.floats(axes + 20 * k, 5).set([...axis, first, density]);
      });
      const { address, width, height } = picture;
      pool.run(mapColours, { pixels: address, width, height, axes, tables });
    }
  });
}

function samplePicture(picture: Picture, limit: number): Float32Array[] {
  const length = picture.width * picture.height;
  const step = Math.max(1, Math.floor(length / limit));
  const count = Math.ceil(length / step);
  return [0, 1, 2].map((channel) =>
    Float32Array.from({ length: count }, (_, i) => picture.pixels[4 * i * step + channel]!),
  );
}

function quantilesAlong(samples: readonly Float32Array[], [x, y, z]: readonly number[]): Float32Array {
  const [first, second, third] = samples;
  const along = new Float32Array(first!.length);
  for (let i = 0; i < along.length; i++) along[i] = x! * first![i]! + y! * second![i]! + z! * third![i]!;
  along.sort();
  const last = along.length - 1;
  return Float32Array.from(
    { length: KNOTS },
    (_, k) => along[Math.min(last, Math.max(0, Math.round(((k + 0.5) / KNOTS) * along.length - 0.5)))]!,
  );
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
