/** Regions of a picture: what is joined to it, pixel by pixel, by its four sides. */
import type { Size } from "../plane.ts";

export interface Region {
  readonly area: number;
  /** in pixels, `right` and `bottom` beyond the last one */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Regions {
  /** for each pixel the place of its region in `regions`, -1 outside all */
  readonly labels: Int32Array;
  readonly regions: readonly Region[];
}

/** The regions of the pixels for which `isIn` holds. */
export function findRegions({ width, height }: Size, isIn: (pixel: number) => boolean): Regions {
  const labels = new Int32Array(width * height).fill(-1);
  const stack = new Int32Array(width * height);
  const regions: Region[] = [];
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] !== -1 || !isIn(start)) continue;
    const label = regions.length;
    let [area, left, top, right, bottom] = [0, width, height, 0, 0];
    let waiting = 0;
    const take = (pixel: number): void => {
      if (labels[pixel] !== -1 || !isIn(pixel)) return;
      labels[pixel] = label;
      stack[waiting++] = pixel;
    };
    take(start);
    while (waiting > 0) {
      const pixel = stack[--waiting]!;
      const x = pixel % width;
      const y = (pixel - x) / width;
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      if (x > 0) take(pixel - 1);
      if (x + 1 < width) take(pixel + 1);
      if (y > 0) take(pixel - width);
      if (y + 1 < height) take(pixel + width);
    }
    regions.push({ area, left, top, right, bottom });
  }
  return { labels, regions };
}
