/** A small scene to paint: sky, sun, hills, and a round face with eyes and mouth. */
import { rgbToOklab } from "../../../../src/images/oklab.ts";
import type { Plane } from "../../../../src/images/plane.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";

export function scene(width = 200, height = 150): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colourAt(x / width, y / height), 3 * (y * width + x));
  }
  return { width, height, data };
}

function colourAt(x: number, y: number): readonly [number, number, number] {
  const toFace = Math.hypot((x - 0.35) * 1.33, y - 0.55);
  if (toFace < 0.22) {
    const eye = Math.min(Math.hypot((x - 0.29) * 1.33, y - 0.5), Math.hypot((x - 0.41) * 1.33, y - 0.5)) < 0.03;
    const mouth = Math.abs(y - 0.64 + 2 * (x - 0.35) ** 2) < 0.014 && Math.abs(x - 0.35) < 0.07;
    if (eye || mouth) return [40, 25, 30];
    const shade = 1 - 1.4 * Math.max(0, x - 0.35);
    return [225 * shade, 175 * shade, 145 * shade];
  }
  if (Math.hypot((x - 0.82) * 1.33, y - 0.2) < 0.1) return [250, 225, 120];
  if (y > 0.72 + 0.08 * Math.sin(9 * x)) return [50 + 60 * x, 95 + 30 * Math.sin(40 * x + 30 * y), 45];
  return [90 + 70 * y, 140 + 60 * y, 205];
}

export interface Measures {
  readonly L: number;
  readonly contrast: number;
  readonly a: number;
  readonly b: number;
  /** Mean difference of neighbours at distance 1 over that at distance 8: fine detail against broad. */
  readonly fineness: number;
  /** Share of pixels darker than L 0.3. */
  readonly dark: number;
}

const mean = (plane: Plane): number => plane.reduce((sum, value) => sum + value, 0) / plane.length;

export function measure(image: RgbImage): Measures {
  const [L, a, b] = rgbToOklab(image).planes;
  const sorted = L.slice().sort();
  const step = (reach: number) => {
    let sum = 0;
    for (let i = 0; i + reach < L.length; i++) sum += Math.abs(L[i]! - L[i + reach]!);
    return sum;
  };
  return {
    L: mean(L),
    contrast: sorted[Math.floor(0.95 * sorted.length)]! - sorted[Math.floor(0.05 * sorted.length)]!,
    a: mean(a),
    b: mean(b),
    fineness: step(1) / step(8),
    dark: L.filter((value) => value < 0.3).length / L.length,
  };
}

/** Root mean square difference in OKLab. */
export function distance(one: RgbImage, other: RgbImage): number {
  const [first, second] = [rgbToOklab(one).planes, rgbToOklab(other).planes];
  let sum = 0;
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < first[0].length; i++) sum += (first[channel]![i]! - second[channel]![i]!) ** 2;
  }
  return Math.sqrt(sum / first[0].length);
}

/** Correlation of lightness: 1 where light and dark lie as in the other picture. */
export function correlation(one: RgbImage, other: RgbImage): number {
  const [first, second] = [rgbToOklab(one).planes[0], rgbToOklab(other).planes[0]];
  const [m1, m2] = [mean(first), mean(second)];
  let both = 0;
  let s1 = 0;
  let s2 = 0;
  for (let i = 0; i < first.length; i++) {
    const [d1, d2] = [first[i]! - m1, second[i]! - m2];
    both += d1 * d2;
    s1 += d1 * d1;
    s2 += d2 * d2;
  }
  return both / Math.sqrt(s1 * s2);
}
