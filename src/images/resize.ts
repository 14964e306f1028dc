/** Changes of size of decoded pictures. */
import sharp, { type Sharp } from "sharp";

import type { RgbImage } from "./rgb-image.ts";

/** Opens decoded pixels as a sharp pipeline. */
export const pipeline = (image: RgbImage): Sharp =>
  sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 }, limitInputPixels: false });

/** Resamples to exactly `width` × `height` (Lanczos 3 in sRGB values, as most image software does). */
export async function resizeTo(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (image.width === width && image.height === height) return image;
  return pixelsOf(pipeline(image).resize({ width, height, fit: "fill" }));
}

/** A rectangle of a picture, whole pixels within it. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Resamples a part of the picture to exactly `width` × `height`. */
export const resizePart = (image: RgbImage, part: Part, width: number, height: number): Promise<RgbImage> =>
  pixelsOf(pipeline(image).extract(part).resize({ width, height, fit: "fill" }));

/**
 * Resamples so that the long side is `side` pixels; both sides become multiples of `multiple`, so the aspect ratio may
 * change by less than one multiple.
 */
export function resizeLongSide(image: RgbImage, side: number, multiple = 1): Promise<RgbImage> {
  const { width, height } = sizeForLongSide(image, side, multiple);
  return resizeTo(image, width, height);
}

/** The size `resizeLongSide` gives. */
export function sizeForLongSide(
  size: { readonly width: number; readonly height: number },
  side: number,
  multiple = 1,
): { width: number; height: number } {
  const scale = side / Math.max(size.width, size.height);
  const fit = (length: number) => Math.max(multiple, Math.round((length * scale) / multiple) * multiple);
  return { width: fit(size.width), height: fit(size.height) };
}

/** Scales so that `width` × `height` is covered and cuts the rest off evenly. */
export const cropTo = (image: RgbImage, width: number, height: number): Promise<RgbImage> =>
  pixelsOf(pipeline(image).resize({ width, height, fit: "cover" }));

async function pixelsOf(pipe: Sharp): Promise<RgbImage> {
  const { data, info } = await pipe.raw().toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
