/** Prints: pictures given as a colour at every place, sampled finely. */
import type { RgbImage } from "../../src/images/rgb-image.ts";
import type { Color } from "./color.ts";
import { clamp } from "./noise.ts";

/** Samples per pixel are the square of this. */
const FINER = 3;

/**
 * @param colorAt the colour at a place, in heights of the picture
 * @param aged what a pixel's colour is multiplied by
 */
export function print(
  width: number,
  height: number,
  colorAt: (x: number, y: number) => Color,
  aged: (px: number, py: number) => number = () => 1,
): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let py = 0; py < height; py++) {
    for (let px = 0; px < width; px++) {
      const sum: [number, number, number] = [0, 0, 0];
      for (let s = 0; s < FINER * FINER; s++) {
        const x = (px + ((s % FINER) + 0.5) / FINER) / height;
        const y = (py + (Math.floor(s / FINER) + 0.5) / FINER) / height;
        const color = colorAt(x, y);
        for (let c = 0; c < 3; c++) sum[c]! += color[c]!;
      }
      const factor = aged(px, py);
      for (let c = 0; c < 3; c++)
        data[(py * width + px) * 3 + c] = Math.round(255 * clamp((sum[c]! / FINER ** 2) * factor));
    }
  }
  return { width, height, data };
}
