/** How near the patches of a result are to some patch of its style: whether what is seen up close is the style's. */
import { fitLongSide, resizePlanar, type PlanarImage } from "../../images/plane.ts";
import { seededRandom } from "../../random.ts";

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
  const [image, other] = [result, style].map((each) => {
    const { width, height } = fitLongSide(each, long);
    return resizePlanar(each, { width: Math.max(PATCH, width), height: Math.max(PATCH, height) });
  }) as [PlanarImage, PlanarImage];
  const bank = patchesAt(other, everyFew(other));
  const random = seededRandom(11);
  const places = Array.from({ length: SAMPLES }, () => {
    const x = Math.floor(random() * (image.width - PATCH + 1));
    return Math.floor(random() * (image.height - PATCH + 1)) * image.width + x;
  });
  const queries = patchesAt(image, places);
  let total = 0;
  for (let q = 0; q < SAMPLES; q++) total += Math.sqrt(nearest(queries, q, bank) / VALUES);
  return total / SAMPLES;
}

const VALUES = 3 * PATCH * PATCH;

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
function nearest(queries: Float32Array, query: number, bank: Float32Array): number {
  const from = query * VALUES;
  let best = Infinity;
  for (let start = 0; start < bank.length; start += VALUES) {
    let sum = 0;
    for (let i = 0; i < VALUES && sum < best;) {
      // Whether it is over already is asked once a row of a patch.
      for (const end = i + PATCH; i < end; i++) {
        const difference = queries[from + i]! - bank[start + i]!;
        sum += difference * difference;
      }
    }
    if (sum < best) best = sum;
  }
  return best;
}
