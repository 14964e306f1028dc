/** The bytes of a picture's pixels as they were stored: for what is hidden in them, not for looking at. */
import sharp from "sharp";

import type { RgbImage } from "./rgb-image.ts";

/** Twice the sides that pictures with something hidden in them have. */
const MOST_PIXELS = 4096 * 4096;
const MOST_SECONDS = 2;

/** @param bytes a PNG @throws Error of libvips when it is none, damaged or too large */
export async function exactPixels(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error" })
    .timeout({ seconds: MOST_SECONDS })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new RangeError("it is grey, and hides nothing");
  return { width: info.width, height: info.height, data };
}
