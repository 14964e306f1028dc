/** How far the patches of two pictures are from each other as distributions, wherever they stand. */
import type { PlanarImage } from "../../images/plane.ts";
import { seededRandom } from "../../random.ts";

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
  const random = seededRandom(5);
  let total = 0;
  for (let projection = 0; projection < PROJECTIONS; projection++) {
    const direction = unitVector(3 * size * size, random);
    const [u, v] = [projected(image, size, direction), projected(other, size, direction)];
    for (let k = 0; k < QUANTILES; k++) {
      const at = (values: Float32Array): number => values[Math.floor(((k + 0.5) / QUANTILES) * values.length)]!;
      total += Math.abs(at(u) - at(v));
    }
  }
  return total / (PROJECTIONS * QUANTILES);
}

/** Evenly spread enough: sums of three uniform numbers, at length 1. */
function unitVector(length: number, random: () => number): Float32Array {
  const vector = Float32Array.from({ length }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Every other patch of every other row, projected and sorted. */
function projected({ width, height, planes }: PlanarImage, size: number, direction: Float32Array): Float32Array {
  const across = Math.floor((width - size) / 2) + 1;
  const down = Math.floor((height - size) / 2) + 1;
  const values = new Float32Array(across * down);
  for (let y = 0, at = 0; y + size <= height; y += 2) {
    for (let x = 0; x + size <= width; x += 2) {
      let sum = 0;
      let k = 0;
      for (const plane of planes) {
        for (let v = 0; v < size; v++)
          for (let u = 0; u < size; u++) sum += direction[k++]! * plane[(y + v) * width + x + u]!;
      }
      values[at++] = sum;
    }
  }
  return values.sort();
}
