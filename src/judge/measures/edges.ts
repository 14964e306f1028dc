/** Whether the edges of a picture are where another has them. */
import type { PlanarImage } from "../../images/plane.ts";

/** Correlation of the lightness gradients of two pictures of one size: 1 where all edges agree, 0 by chance. */
export function edgeCorrelation({ width, height, planes: [a] }: PlanarImage, { planes: [b] }: PlanarImage): number {
  let both = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < width * (height - 1) - 1; i++) {
    for (const step of [1, width]) {
      const u = a[i + step]! - a[i]!;
      const v = b[i + step]! - b[i]!;
      both += u * v;
      first += u * u;
      second += v * v;
    }
  }
  return first * second === 0 ? 0 : both / Math.sqrt(first * second);
}
