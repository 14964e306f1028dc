/** Pictures that are see-through in places: what of them is painted, and how a painting gets their shape back. */
import sharp, { type Sharp } from "sharp";

import { pipeline } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";

/** How much there is of each pixel, row by row from the top: 0 nothing, 255 all of it. */
export interface AlphaPlane {
  readonly width: number;
  readonly height: number;
  /** length `width * height` */
  readonly data: Uint8Array;
}

/** Colours, and how much there is of each. */
export interface Layers {
  readonly image: RgbImage;
  readonly alpha: AlphaPlane;
}

/** Whether anything can be seen through it: an alpha channel may hide nothing. */
export const isSeeThrough = ({ alpha }: Layers): boolean => alpha.data.some((share) => share < 255);

/** Takes RGBA (or more channels, as TIFF has them) apart. Colours of what cannot be seen become black: nobody sent those. */
export function takeApart(pixels: Uint8Array, width: number, height: number, channels: number): Layers {
  const data = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) {
    alpha[i] = pixels[i * channels + 3]!;
    if (alpha[i] === 0) continue;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = pixels[i * channels + c]!;
  }
  return { image: { width, height, data }, alpha: { width, height, data: alpha } };
}

/** Lays a picture on one colour, RGB of 0 to 255. */
export function layOn({ image, alpha }: Layers, ground: readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < alpha.data.length; i++) {
    const share = alpha.data[i]!;
    for (let c = 0; c < 3; c++)
      data[i * 3 + c] = Math.round((image.data[i * 3 + c]! * share + ground[c]! * (255 - share)) / 255);
  }
  return { width: image.width, height: image.height, data };
}

/**
 * The colour that a picture is painted on: the mean of what can be seen of it, so that no stroke along its edge brings in
 * another. White where nothing can be seen.
 */
export function groundOf({ image, alpha }: Layers): readonly [number, number, number] {
  const sums = [0, 0, 0];
  let weight = 0;
  for (let i = 0; i < alpha.data.length; i++) {
    const share = alpha.data[i]!;
    weight += share;
    for (let c = 0; c < 3; c++) sums[c]! += image.data[i * 3 + c]! * share;
  }
  const [r, g, b] = sums.map((sum) => (weight === 0 ? 255 : Math.round(sum / weight)));
  return [r!, g!, b!];
}

/** Opens a picture in a shape as a sharp pipeline; the shape is resampled to the picture's size. `null`: it is whole. */
export async function shaped(image: RgbImage, alpha: AlphaPlane | null): Promise<Sharp> {
  if (alpha === null) return pipeline(image);
  const { width, height } = image;
  const fitted = await sharp(alpha.data, { raw: { width: alpha.width, height: alpha.height, channels: 1 } })
    .resize({ width, height, fit: "fill" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < fitted.length; i++) {
    pixels.set(image.data.subarray(i * 3, i * 3 + 3), i * 4);
    pixels[i * 4 + 3] = fitted[i]!;
  }
  return sharp(pixels, { raw: { width, height, channels: 4 }, limitInputPixels: false });
}
