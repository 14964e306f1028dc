/** From pixels to files. */
import sharp from "sharp";

import { decodePicture, type DecodedPicture, type DecodeLimits, readStoredPicture } from "./decode.ts";
import type { PictureRole } from "./refusals.ts";
import { pipeline } from "./resize.ts";
import type { RgbImage } from "./rgb-image.ts";
import { type AlphaPlane, shaped } from "./transparency.ts";

/** An encoded picture and the ending of its file name. */
export interface EncodedPicture {
  readonly bytes: Uint8Array;
  readonly extension: "png" | "webp" | "jpg";
}

/** What an upload may weigh everywhere on Discord is 10 MiB; the rest of the request takes some of it. */
export const DISCORD_MAX_BYTES = 10 * 1024 * 1024 - 256 * 1024;

/** PNG, lossless. @param alpha the shape that it has, of any size; by default it fills its rectangle */
export const encodePng = async (image: RgbImage, alpha: AlphaPlane | null = null): Promise<Uint8Array> =>
  (await shaped(image, alpha)).png({ compressionLevel: 6 }).toBuffer();

/** JPEG without chroma subsampling: strokes have coloured edges. @param quality 1 to 100 */
export const encodeJpeg = (image: RgbImage, quality = 88): Promise<Uint8Array> =>
  pipeline(image).jpeg({ quality, chromaSubsampling: "4:4:4" }).toBuffer();

/** WebP, lossy. @param quality 1 to 100 @param alpha as `encodePng` takes it */
export const encodeWebp = async (image: RgbImage, quality = 92, alpha: AlphaPlane | null = null): Promise<Uint8Array> =>
  (await shaped(image, alpha)).webp({ quality, smartSubsample: true }).toBuffer();

/** A stored picture as WebP, in its shape. */
export const storedAsWebp = (source: Uint8Array | string): Promise<Uint8Array> =>
  sharp(source).webp({ quality: 92, smartSubsample: true }).toBuffer();

/** A stored picture as `encodeForDiscord` encodes it, in its shape for as long as that fits. */
export async function storedForDiscord(source: Uint8Array | string, maxBytes: number): Promise<EncodedPicture> {
  if ((await sharp(source).metadata()).hasAlpha) {
    const webp = await storedAsWebp(source);
    if (webp.length <= maxBytes) return { bytes: webp, extension: "webp" };
  }
  return encodeForDiscord(await readStoredPicture(source), maxBytes);
}

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

/** A stored picture made small: `thumbnail`, or a WebP where it is see-through. */
export async function storedThumbnail(source: Uint8Array | string, side: number): Promise<EncodedPicture> {
  if (!(await sharp(source).metadata()).hasAlpha)
    return { bytes: await thumbnail(await readStoredPicture(source), side), extension: "jpg" };
  const small = sharp(source).resize({ width: side, height: side, fit: "inside", withoutEnlargement: true });
  return { bytes: await small.webp({ quality: 82 }).toBuffer(), extension: "webp" };
}

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
  const { image, alpha } = decoded.layers ?? { image: decoded.image, alpha: null };
  return { ...decoded, png: await encodePng(image, alpha) };
}
