/** From pixels to files. */
import { decodePicture, type DecodedPicture, type DecodeLimits } from "./decode.ts";
import type { PictureRole } from "./refusals.ts";
import { pipeline } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";

/** An encoded picture and the ending of its file name. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly extension: "png" | "webp" | "jpg";
}

/** What an upload may weigh everywhere on Discord is 10 MiB; the rest of the request takes some of it. */
export const DISCORD_MAX_BYTES = 10 * 1024 * 1024 - 256 * 1024;

/** PNG, lossless. */
export const encodePng = (image: RgbImage): Promise<Uint8Array> =>
  pipeline(image).png({ compressionLevel: 6 }).toBuffer();

/** JPEG without chroma subsampling: strokes have coloured edges. @param quality 1 to 100 */
export const encodeJpeg = (image: RgbImage, quality = 88): Promise<Uint8Array> =>
  pipeline(image).jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();

/** WebP, lossy. @param quality 1 to 100 */
export const encodeWebp = (image: RgbImage, quality = 92): Promise<Uint8Array> =>
  pipeline(image).webp({ quality, smartSubsample: true }).toBuffer();

/**
 * The best encoding that stays within `maxBytes`: PNG, else WebP, else JPEG of falling quality, else a smaller JPEG.
 * WebP holds at most 16383 pixels a side and is passed over beyond.
 */
export async function encodeForDiscord(image: RgbImage, maxBytes = DISCORD_MAX_BYTES): Promise<EncodedPicture> {
  const png = await encodePng(image);
  if (png.length <= maxBytes) return { bytes: png, extension: "png" };
  if (Math.max(image.width, image.height) <= 16_383) {
    const webp = await encodeWebp(image);
    if (webp.length <= maxBytes) return { bytes: webp, extension: "webp" };
  }
  for (const quality of [88, 75, 60]) {
    const jpeg = await encodeJpeg(image, quality);
    if (jpeg.length <= maxBytes) return { bytes: jpeg, extension: "jpg" };
  }
  for (let side = Math.max(image.width, image.height) / 2; side >= 1; side /= 2) {
    const jpeg = await thumbnail(image, Math.floor(side));
    if (jpeg.length <= maxBytes) return { bytes: jpeg, extension: "jpg" };
  }
  throw new RangeError(`no encoding of a picture fits in ${maxBytes} bytes`);
}

/** A JPEG whose long side is at most `side` pixels, for job cards and previews. */
export const thumbnail = (image: RgbImage, side = 320): Promise<Uint8Array> =>
  pipeline(image)
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 82 })
    .toBuffer();

/** A picture as it is kept: what was decoded, as lossless PNG bytes. */
export interface NormalisedPicture extends DecodedPicture {
  readonly png: Uint8Array;
}

/**
 * Takes a picture in: decodes what somebody sent and encodes it as the PNG that the content-addressed store keeps. The same
 * upload gives the same bytes.
 *
 * @throws UserError as `decodePicture`
 */
export async function normalisePicture(
  source: Uint8Array | string,
  role: PictureRole,
  limits: Partial<DecodeLimits> = {},
): Promise<NormalisedPicture> {
  const decoded = await decodePicture(source, role, limits);
  return { ...decoded, png: await encodePng(decoded.image) };
}
