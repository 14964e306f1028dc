/** What a larger version of a picture may change of it: nothing that is seen at the picture's own size. */
import { blurPlanar } from "./gaussian-blur.ts";
import { mapPlanes, type PlanarImage, resizePlanar } from "./plane.ts";

/** How closely a larger version is held to a picture. */
export interface Hold {
  /** Details finer than this are the larger version's own: sigma of a blur, pixels of the picture. */
  readonly sigma: number;
  readonly rounds: number;
}

/**
 * The larger version with the composition and the colours of the picture: what it lacks of them when it is made small is put
 * back, again and again (back-projection, Irani and Peleg 1991).
 *
 * @param large in the colour space of `picture`, of the same shape
 */
export function asComposed(large: PlanarImage, picture: PlanarImage, { sigma, rounds }: Hold): PlanarImage {
  let held = large;
  for (let round = 0; round < rounds; round++) {
    const small = resizePlanar(held, picture);
    const drift = mapPlanes(picture, (plane, channel) => minus(plane, small.planes[channel]!));
    const missing = resizePlanar(blurPlanar(drift, sigma), large);
    held = mapPlanes(held, (plane, channel) => plus(plane, missing.planes[channel]!));
  }
  return held;
}

const minus = (one: Float32Array, other: Float32Array): Float32Array => one.map((value, i) => value - other[i]!);
const plus = (one: Float32Array, other: Float32Array): Float32Array => one.map((value, i) => value + other[i]!);
