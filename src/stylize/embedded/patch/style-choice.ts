/**
 * Of a blend: which style each patch of a picture is taken from. Every style gets as many places as its weight says, and of
 * all such divisions it is the one by which patches fit best: a transport from places to styles, whose prices are found
 * style by style (as in an auction; Bertsekas 1988).
 */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, Size } from "../../../images/plane.ts";

/** Prices settle in one round where there are two styles, in some more where there are three. */
const ROUNDS = 12;

/**
 * The number of the style for each place of a grid.
 *
 * @param costs of each style's best patch at each place
 * @param weights of the styles, which sum up to 1
 * @param sigma over which costs count together, places: the larger, the larger the areas that one style has
 */
export function chooseStyles(
  costs: readonly Plane[],
  weights: readonly number[],
  grid: Size,
  sigma: number,
): Uint8Array {
  const spread = costs.map((plane) => blurPlane(plane, grid, sigma));
  const prices = weights.map(() => 0);
  const count = grid.width * grid.height;
  /** What the best of the styles but one costs there. */
  const bestBeside = (place: number, style: number): number => {
    let best = Infinity;
    for (let k = 0; k < spread.length; k++) if (k !== style) best = Math.min(best, spread[k]![place]! + prices[k]!);
    return best;
  };
  const rounds = spread.length > 2 ? ROUNDS : 1;
  for (let round = 0; round < rounds; round++)
    // The last one's price is what the others' are counted from.
    for (let style = 0; style < spread.length - 1; style++) {
      const gains = spread[style]!.map((cost, place) => bestBeside(place, style) - cost).sort();
      const wanted = Math.round(weights[style]! * count);
      // As many places gain more by this style than it asks for.
      prices[style] = wanted === 0 ? gains.at(-1)! + 1 : gains[count - Math.min(wanted, count)]! - 1e-9;
    }
  return Uint8Array.from({ length: count }, (_, place) => {
    let best = 0;
    for (let k = 1; k < spread.length; k++)
      if (spread[k]![place]! + prices[k]! < spread[best]![place]! + prices[best]!) best = k;
    return best;
  });
}
