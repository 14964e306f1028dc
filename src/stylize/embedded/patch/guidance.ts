/**
 * What patches are compared by besides their colours (image analogies, Hertzmann et al. 2001; StyLit, Fišer et al. 2016):
 * how much goes on at a place, at the patch's scale. Flat places of a content ask for the flattest of the style, which by
 * their colours alone might ask for the only things of that tone, objects.
 */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import {
  fitLongSide,
  resizePlanar,
  resizePlane,
  type Plane,
  type PlanarImage,
  type Size,
} from "../../../images/plane.ts";
import { countsOfSmaller } from "../../../images/sorted-plane.ts";
import { FEATURE_SCALE } from "../kernels/features.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";

/** Pictures are measured at this long side. */
const WORKING_SIZE = 256;

/** Contrast across a patch below which nothing goes on, and from which ranks alone decide. */
const STILL = 0.05;
const BUSY = 0.4;

/** How much goes on in a picture, at any scale; measured when it is first asked for. */
export class Guidance {
  readonly #image: PlanarImage;
  readonly #measured = new Map<number, Plane>();

  constructor(image: PlanarImage) {
    const longSide = Math.min(WORKING_SIZE, Math.max(image.width, image.height));
    this.#image = resizePlanar(image, fitLongSide(image, longSide));
  }

  /**
   * How much goes on around each pixel of a size, 0 to 1.
   *
   * @param side of the patches, in shares of the long side
   */
  at(side: number, size: Size): Plane {
    let plane = this.#measured.get(side);
    if (!plane) {
      plane = activity(this.#image, side * Math.max(this.#image.width, this.#image.height));
      this.#measured.set(side, plane);
    }
    return resizePlane(plane, this.#image, size);
  }
}

/** Gradient energy at the scale of patches of `side` pixels, as a rank among the picture's places, less where it is little. */
function activity(image: PlanarImage, side: number): Plane {
  const energy = new Float32Array(image.width * image.height);
  for (const plane of image.planes) addEnergy(energy, blurPlane(plane, image, side / 8), image);
  const spread = blurPlane(energy, image, 0.35 * side);
  const smaller = countsOfSmaller(spread);
  for (let i = 0; i < spread.length; i++) {
    const contrast = (side / 2) * Math.sqrt(Math.max(0, spread[i]!));
    spread[i] = Math.min(smaller[i]! / spread.length, Math.max(0, (contrast - STILL) / (BUSY - STILL)));
  }
  return spread;
}

/** Squared central differences, borders repeated. */
function addEnergy(energy: Plane, smooth: Plane, { width, height }: Size): void {
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = Math.max(0, y - 1) * width;
    const below = Math.min(height - 1, y + 1) * width;
    let left = smooth[row]!;
    let here = left;
    for (let x = 0; x < width; x++) {
      const right = x + 1 < width ? smooth[row + x + 1]! : here;
      const across = right - left;
      const down = smooth[below + x]! - smooth[above + x]!;
      energy[row + x]! += across * across + down * down;
      left = here;
      here = right;
    }
  }
}

/**
 * The address of guidance in the kernels' memory, in the unit of the features.
 *
 * @param weight what a difference of 1 costs, in squared lightness
 */
export function placeGuide(pool: KernelPool, plane: Plane, weight: number): number {
  const address = pool.allocate(4 * plane.length);
  const target = pool.floats(address, plane.length);
  const scale = Math.sqrt(weight) * FEATURE_SCALE;
  for (let i = 0; i < plane.length; i++) target[i] = scale * plane[i]!;
  return address;
}
