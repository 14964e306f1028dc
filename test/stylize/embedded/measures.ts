/** What the tests of the embedded engine measure of pictures. */
import { blurPlane } from "../../../src/images/gaussian-blur.ts";
import { rgbToOklabSized } from "../../../src/images/oklab.ts";
import type { Plane, PlanarImage } from "../../../src/images/plane.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { seededRandom } from "../../../src/random.ts";

const lab = (image: RgbImage, width = image.width, height = image.height): PlanarImage =>
  rgbToOklabSized(image, { width, height });

/** Root mean square difference of lightness between a picture and another brought to its size. */
export function lightnessDistance(image: RgbImage, other: RgbImage): number {
  const [a] = lab(image).planes;
  const [b] = lab(other, image.width, image.height).planes;
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

/** Correlation of the lightness gradients of two pictures: 1 where all edges agree. */
export function edgeAgreement(image: RgbImage, other: RgbImage): number {
  const { width, height } = image;
  const [a] = lab(image).planes;
  const [b] = lab(other, width, height).planes;
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
  return both / Math.sqrt(first * second);
}

/** Root mean square slope of lightness per picture width, strokes smoothed away: how much there is of forms. */
export function formsIn(image: RgbImage): number {
  const { width, height } = image;
  const L = blurPlane(lab(image).planes[0], image, 1.5);
  let sum = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      sum += (L[i + 1]! - L[i]!) ** 2 + (L[i + width]! - L[i]!) ** 2;
    }
  }
  return width * Math.sqrt(sum / ((width - 1) * (height - 1)));
}

/** Correlation of the broad tones of two pictures: low where what is light in the one is dark in the other. */
export function toneAgreement(image: RgbImage, other: RgbImage): number {
  const { width, height } = image;
  const tones = (picture: RgbImage): Plane =>
    blurPlane(lab(picture, width, height).planes[0], image, Math.max(width, height) / 48);
  const [a, b] = [tones(image), tones(other)];
  const [meanA, meanB] = [a, b].map((plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length);
  let both = 0;
  let first = 0;
  let second = 0;
  a.forEach((value, i) => {
    both += (value - meanA!) * (b[i]! - meanB!);
    first += (value - meanA!) ** 2;
    second += (b[i]! - meanB!) ** 2;
  });
  return both / Math.sqrt(first * second);
}

/** Sliced Wasserstein distance of the 7 x 7 patches of two pictures (Elnekave & Weiss 2022), 24 projections. */
export function patchDistance(image: RgbImage, other: RgbImage): number {
  const size = 7;
  const random = seededRandom(5);
  const [a, b] = [lab(image), lab(other)];
  let total = 0;
  for (let projection = 0; projection < 24; projection++) {
    const weights = Float32Array.from({ length: 3 * size * size }, () => random() + random() + random() - 1.5);
    const [u, v] = [projected(a, size, weights), projected(b, size, weights)];
    for (let k = 0; k < 200; k++) {
      const at = (values: Float32Array): number => values[Math.floor(((k + 0.5) / 200) * values.length)]!;
      total += Math.abs(at(u) - at(v));
    }
  }
  return total / (24 * 200);
}

function projected({ width, height, planes }: PlanarImage, size: number, weights: Float32Array): Float32Array {
  const values: number[] = [];
  for (let y = 0; y + size <= height; y += 2) {
    for (let x = 0; x + size <= width; x += 2) {
      let sum = 0;
      let k = 0;
      for (const plane of planes) {
        for (let v = 0; v < size; v++)
          for (let u = 0; u < size; u++) sum += weights[k++]! * plane[(y + v) * width + x + u]!;
      }
      values.push(sum);
    }
  }
  return Float32Array.from(values).sort();
}

/** Means of lightness, a and b. */
export const meanColour = (image: RgbImage): readonly number[] =>
  lab(image).planes.map((plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length);

/** Standard deviation of lightness. */
export function contrast(image: RgbImage): number {
  const [L] = lab(image).planes;
  const mean = L.reduce((sum, value) => sum + value, 0) / L.length;
  return Math.sqrt(L.reduce((sum, value) => sum + (value - mean) ** 2, 0) / L.length);
}

/** Share of vertical neighbours that differ clearly in lightness: the borders of strokes, fewer where strokes are broad. */
export function strokeBorders(image: RgbImage): number {
  const { width } = image;
  const [L] = lab(image).planes;
  return L.filter((value, i) => Math.abs((L[i + width] ?? value) - value) > 0.1).length / L.length;
}

/** Share of pixels darker than a lightness. */
export function darkShare(image: RgbImage, below: number): number {
  const [L] = lab(image).planes;
  return L.filter((value) => value < below).length / L.length;
}
