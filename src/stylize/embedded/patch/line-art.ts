/** Line art: how much a style is drawn in thin dark lines on paper, and the content redrawn so (XDoG). */
import { blurPlane } from "../../../images/gaussian-blur.ts";
import type { Plane, PlanarImage } from "../../../images/plane.ts";
import { sortedPlane } from "../../../images/sorted-plane.ts";
import { ramp } from "./interpolate.ts";

export interface LineArt {
  /** 0: a painting; 1: an etching, a pen drawing, a woodcut in thin lines */
  readonly score: number;
  /** lightness of the ground and of the lines */
  readonly paper: number;
  readonly ink: number;
}

/** 0 up to `from`, 1 beyond `to`, even in between. */
/** Thin lines are dark pixels that are dark no more after a blur of six pixels (at 512). Counted where `usable` is not 0. */
export function analyseLineArt(image: PlanarImage, usable: Plane): LineArt {
  const scale = Math.max(image.width, image.height) / 512;
  const lightness = blurPlane(image.planes[0], image, 0.7 * scale);
  const sorted = sortedPlane(lightness.filter((_, i) => usable[i]! > 0));
  const paper = sorted[Math.floor(sorted.length * 0.8)]!;
  const ink = sorted[Math.floor(sorted.length * 0.02)]!;
  const range = paper - ink;
  if (range < 0.2) return { score: 0, paper, ink };
  const broad = blurPlane(image.planes[0], image, 6 * scale);
  const darkBelow = paper - 0.35 * range;
  let light = 0;
  let dark = 0;
  let solid = 0;
  lightness.forEach((value, i) => {
    if (usable[i] === 0) return;
    if (value > paper - 0.15 * range) light++;
    if (value >= darkBelow) return;
    dark++;
    if (broad[i]! < darkBelow) solid++;
  });
  const thin = dark === 0 ? 0 : 1 - solid / dark;
  return { score: ramp(light / sorted.length, 0.38, 0.55) * ramp(thin, 0.18, 0.3), paper, ink };
}

/**
 * Lines of a picture as a lightness from 0 (ink) to 1 (paper): the thresholded extended difference of Gaussians
 * (Winnemöller, Kyprianidis & Olsen 2012, eq. 5-7).
 *
 * @param sigma half the line width, pixels at a long side of 512
 */
function extendedDifferenceOfGaussians(image: PlanarImage, sigma = 1.1): Plane {
  const scaled = (sigma * Math.max(image.width, image.height)) / 512;
  const narrow = blurPlane(image.planes[0], image, scaled);
  const wide = blurPlane(image.planes[0], image, scaled * 1.6);
  return narrow.map((value, i) => {
    const difference = value - 0.96 * wide[i]!;
    return difference >= 0.02 ? 1 : 1 + Math.tanh(28 * (difference - 0.02));
  });
}

/** The target of synthesis drawn as lines on paper, as far as the style is line art. */
export function drawAsLines(target: PlanarImage, content: PlanarImage, { score, paper, ink }: LineArt): PlanarImage {
  const lines = extendedDifferenceOfGaussians(content);
  const [lightness, a, b] = target.planes;
  const drawn = lightness.map((value, i) => {
    const tone = Math.min(value, paper);
    const line = ink + (paper - ink) * lines[i]!;
    return Math.min(tone + 0.5 * score * (paper - tone), score * line + (1 - score) * tone);
  });
  return { width: target.width, height: target.height, planes: [drawn, a, b] };
}

/** A picture with the contours of the content drawn over it in an ink of the given lightness. */
export function drawContours(
  picture: PlanarImage,
  content: PlanarImage,
  { amount, ink }: { readonly amount: number; readonly ink: number },
): PlanarImage {
  const lines = extendedDifferenceOfGaussians(content, 1.8);
  const [lightness, a, b] = picture.planes;
  const drawn = lightness.map((value, i) => value + amount * (1 - lines[i]!) * Math.min(0, ink - value));
  return { width: picture.width, height: picture.height, planes: [drawn, a, b] };
}
