/** Kuwahara's filter: flat fields with crisp borders, as wet washes and cut paper have them (Kuwahara et al. 1976). */
import { createPlanar, type PlanarImage, type Plane, type Size } from "../../../images/plane.ts";

/** Sums over all pixels above and to the left, one row and column wider than the plane. */
function summedArea(plane: Plane, { width, height }: Size, square: boolean): Float64Array {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      const value = plane[y * width + x]!;
      row += square ? value * value : value;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + row;
    }
  }
  return sums;
}

/**
 * Replaces each pixel by the mean of the calmest of the four squares that meet in it.
 *
 * @param radius side of a square, pixels
 */
export function kuwahara(image: PlanarImage, radius: number): PlanarImage {
  const reach = Math.max(1, Math.round(radius));
  const { width, height } = image;
  const sums = image.planes.map((plane) => summedArea(plane, image, false));
  const squares = summedArea(image.planes[0], image, true);
  const out = createPlanar(width, height);
  const stride = width + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let least = Infinity;
      let best = [0, 0, 0, 0, 1] as [number, number, number, number, number];
      for (let quadrant = 0; quadrant < 4; quadrant++) {
        const left = quadrant & 1 ? x : Math.max(0, x - reach);
        const right = quadrant & 1 ? Math.min(width, x + reach + 1) : x + 1;
        const top = quadrant & 2 ? y : Math.max(0, y - reach);
        const bottom = quadrant & 2 ? Math.min(height, y + reach + 1) : y + 1;
        const a = top * stride + left;
        const b = top * stride + right;
        const c = bottom * stride + left;
        const d = bottom * stride + right;
        const count = (right - left) * (bottom - top);
        const table = sums[0]!;
        const mean = (table[d]! - table[b]! - table[c]! + table[a]!) / count;
        const variance = (squares[d]! - squares[b]! - squares[c]! + squares[a]!) / count - mean * mean;
        if (variance < least) {
          least = variance;
          best = [a, b, c, d, count];
        }
      }
      const [a, b, c, d, count] = best;
      const i = y * width + x;
      for (let channel = 0; channel < 3; channel++) {
        const table = sums[channel]!;
        out.planes[channel]![i] = (table[d]! - table[b]! - table[c]! + table[a]!) / count;
      }
    }
  }
  return out;
}
