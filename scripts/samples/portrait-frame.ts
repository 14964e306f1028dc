/** Where the head of the portrait stands in the picture. */
import type { Place } from "./curves.ts";
import { turn } from "./shapes.ts";

/**
 * The head's frame: half a head from eyes to chin is 1, the eyes stand at v = 0. The face is turned a little to the left of
 * the picture, which the places below have in them.
 */
export const HEAD = { x: 0.432, y: 0.405, unit: 0.262, tilt: 0.055 } as const;

export const toHead = (x: number, y: number): [number, number] =>
  turn((x - HEAD.x) / HEAD.unit, (y - HEAD.y) / HEAD.unit, HEAD.tilt);

export function fromHead([u, v]: Place): Place {
  const [x, y] = turn(u, v, -HEAD.tilt);
  return [HEAD.x + x * HEAD.unit, HEAD.y + y * HEAD.unit];
}
