/** How near the patches of a result are to some patch of its style: whether what is seen up close is the style's. */
import { fitLongSide, resizePlanar, type PlanarImage } from "../../images/plane.ts";
import { seededRandom } from "../../random.ts";
import { remembered } from "./remembered.ts";

const PATCH = 5;
const SAMPLES = 250;
/** About how many patches of the style are compared. */
const BANK = 2500;
/** So that one squared distance weighs hue against lightness as the eye does; the patch engine has it as well. */
const CHROMA_GAIN = 2;

/** Long sides as shares of the result's. */
export const PATCH_SCALES = { fine: 1, middle: 1 / 2, coarse: 1 / 4 } as const;

/**
 * Mean over 250 patches of 5 x 5 pixels of the root mean square distance to the nearest of some 2500 patches of the style
 * (OKLab with a and b twice), both pictures shrunk to `scale`. 0 where every patch is one of those.
 */
export function nearestPatchDistance(result: PlanarImage, style: PlanarImage, scale: number): number {
  const long = Math.max(PATCH, Math.round(scale * Math.max(result.width, result.height)));
  const image = shrunk(result, long);
  const bank = bankOf(style, long);
  const random = seededRandom(11);
  const places = Array.from({ length: SAMPLES }, () => {
    const x = Math.floor(random() * (image.width - PATCH + 1));
    return Math.floor(random() * (image.height - PATCH + 1)) * image.width + x;
  });
  const queries = patchesAt(image, places);
  let total = 0;
  for (let q = 0; q < SAMPLES; q++)
    total += Math.sqrt(nearest(queries.subarray(q * VALUES, (q + 1) * VALUES), bank) / VALUES);
  return total / SAMPLES;
}

const VALUES = 3 * PATCH * PATCH;

/** A picture at a long side, but never smaller than a patch. */
function shrunk(image: PlanarImage, long: number): PlanarImage {
  const { width, height } = fitLongSide(image, long);
  return resizePlanar(image, { width: Math.max(PATCH, width), height: Math.max(PATCH, height) });
}

/** Patches in the order of their mean lightness, so that most are known to be too far without a look. */
interface Bank {
  /** `VALUES` numbers for each */
  readonly patches: Float32Array;
  readonly lightness: Float64Array;
}

const bankOf = remembered((style, long): Bank => {
  const image = shrunk(style, long);
  const patches = patchesAt(image, everyFew(image));
  const lightness = Float64Array.from({ length: patches.length / VALUES }, (_, i) =>
    meanLightness(patches.subarray(i * VALUES)),
  );
  const order = [...lightness.keys()].sort((a, b) => lightness[a]! - lightness[b]!);
  const sorted = new Float32Array(patches.length);
  for (const [at, i] of order.entries()) sorted.set(patches.subarray(i * VALUES, (i + 1) * VALUES), at * VALUES);
  return { patches: sorted, lightness: lightness.sort() };
});

const meanLightness = (patch: Float32Array): number =>
  patch.subarray(0, PATCH * PATCH).reduce((sum, value) => sum + value, 0) / (PATCH * PATCH);

/** Upper left corners on a grid that is as coarse as the bank allows. */
function everyFew({ width, height }: PlanarImage): number[] {
  const [across, down] = [width - PATCH + 1, height - PATCH + 1];
  const step = Math.max(1, Math.sqrt((across * down) / BANK));
  const places: number[] = [];
  for (let y = 0; y < down; y += step)
    for (let x = 0; x < across; x += step) places.push(Math.floor(y) * width + Math.floor(x));
  return places;
}

/** Patches one after the other, `VALUES` numbers each. */
function patchesAt({ width, planes }: PlanarImage, places: readonly number[]): Float32Array {
  const out = new Float32Array(places.length * VALUES);
  let at = 0;
  for (const place of places) {
    for (const [channel, plane] of planes.entries()) {
      const gain = channel === 0 ? 1 : CHROMA_GAIN;
      for (let v = 0; v < PATCH; v++) for (let u = 0; u < PATCH; u++) out[at++] = gain * plane[place + v * width + u]!;
    }
  }
  return out;
}

/** Squared distance of a query to the nearest patch of the bank. */
function nearest(query: Float32Array, { patches, lightness }: Bank): number {
  const mean = meanLightness(query);
  let above = lightness.findIndex((value) => value >= mean);
  if (above < 0) above = lightness.length;
  let below = above - 1;
  let best = Infinity;
  for (;;) {
    const [up, down] = [(lightness[above] ?? Infinity) - mean, mean - (lightness[below] ?? -Infinity)];
    const gap = Math.min(up, down);
    // Means that are so far apart are further apart pixel by pixel; a little is left to rounding.
    if (gap === Infinity || PATCH * PATCH * gap * gap > best * 1.000001) return best;
    best = Math.min(best, squaredDistance(query, patches, VALUES * (up < down ? above++ : below--), best));
  }
}

/** Of a query and the patch that begins at `start`; once it is over `most` it may be anything above. */
function squaredDistance(query: Float32Array, patches: Float32Array, start: number, most: number): number {
  let sum = 0;
  for (let i = 0; i < VALUES && sum < most;) {
    // Whether it is over already is asked once a row of a patch.
    for (const end = i + PATCH; i < end; i++) {
      const difference = query[i]! - patches[start + i]!;
      sum += difference * difference;
    }
  }
  return sum;
}
