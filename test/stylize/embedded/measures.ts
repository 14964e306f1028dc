/** What the tests of the embedded engine measure of pictures. */
import { blurPlane } from "../../../src/images/gaussian-blur.ts";
import { rgbToOklabSized } from "../../../src/images/oklab.ts";
import type { Plane, PlanarImage } from "../../../src/images/plane.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { edgeCorrelation } from "../../../src/judge/measures/edges.ts";
import { slicedWasserstein } from "../../../src/judge/measures/sliced-wasserstein.ts";

const lab = (image: RgbImage, width = image.width, height = image.height): PlanarImage =>
  rgbToOklabSized(image, { width, height });

/** Root mean square difference of lightness between a picture and another brought to its size. */
export function lightnessDistance(image: RgbImage, other: RgbImage): number {
  const [a] = lab(image).planes;
  const [b] = lab(other, image.width, image.height).planes;
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}

/** Correlation of the lightness gradients of two pictures: 1 where all edges agree. */
export const edgeAgreement = (image: RgbImage, other: RgbImage): number =>
  edgeCorrelation(lab(image), lab(other, image.width, image.height));

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

/** Sliced Wasserstein distance of the 7 x 7 patches of two pictures. */
export const patchDistance = (image: RgbImage, other: RgbImage): number => slicedWasserstein(lab(image), lab(other), 7);

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

/** Sliced Wasserstein distance of the colours of two pictures in OKLab (Bonneel et al. 2015). */
export const paletteDistance = (image: RgbImage, other: RgbImage): number =>
  slicedWasserstein(lab(image), lab(other), 1);

/** How much of the content's fine contrast of lightness is left in a picture, within a range of the content's tones. */
export function detailLeft(image: RgbImage, content: RgbImage, from: number, to: number): number {
  const { width, height } = image;
  const fine = (plane: Plane): Plane => {
    const broad = blurPlane(plane, image, Math.max(width, height) / 40);
    return plane.map((value, i) => value - broad[i]!);
  };
  const [own] = lab(content, width, height).planes;
  const [ours, theirs] = [fine(lab(image).planes[0]), fine(own)];
  let both = 0;
  let whole = 0;
  own.forEach((value, i) => {
    if (value < from || value > to) return;
    both += ours[i]! * theirs[i]!;
    whole += theirs[i]! * theirs[i]!;
  });
  return both / whole;
}

/** Share of pixels darker than a lightness. */
export function darkShare(image: RgbImage, below: number): number {
  const [L] = lab(image).planes;
  return L.filter((value) => value < below).length / L.length;
}

/**
 * How far the strokes and lines of two pictures are apart, whatever their colours, key and contrast: root mean square
 * difference of their lightness without broad tones, each at a deviation of 1. 0 the same, 1.4 unrelated.
 */
export function structureDistance(image: RgbImage, other: RgbImage): number {
  const { width, height } = image;
  const marks = (picture: RgbImage): Plane => {
    const [L] = lab(picture, width, height).planes;
    const broad = blurPlane(L, image, Math.max(width, height) / 40);
    const fine = L.map((value, i) => value - broad[i]!);
    const deviation = Math.sqrt(fine.reduce((sum, value) => sum + value * value, 0) / fine.length) + 1e-6;
    return fine.map((value) => value / deviation);
  };
  const [a, b] = [marks(image), marks(other)];
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
}
