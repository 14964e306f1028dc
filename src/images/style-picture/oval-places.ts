/** The places of an oval picture in the rectangle around it. */
import { hypotenuse } from "../../hypotenuse.ts";
import type { Plane, Size } from "../plane.ts";

/** The rim of an oval, its bevel and its shadow, in shares of the radius. */
export const OVAL_RIM = 0.03;

/** 1 within the oval that fills a picture of this size, 0 in its corners. */
export function ovalPlaces({ width, height }: Size): Plane {
  const places = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const radius = hypotenuse((2 * x + 1) / width - 1, (2 * y + 1) / height - 1);
      if (radius <= 1 - OVAL_RIM) places[y * width + x] = 1;
    }
  }
  return places;
}
