/** From a file somebody sent, which may be anything, to pixels. */
import { readFile, stat } from "node:fs/promises";

import sharp, { type Metadata } from "sharp";

import { messageOf, type UserError } from "../errors.ts";
import { inEnglish } from "../words/say.ts";
import { isAnimatedPng, isPictureFormat, sniff, type PictureFormat } from "./format.ts";
import { isImageSequence, peculiarityOf } from "./peculiarity.ts";
import { refusal, type PictureRole } from "./refusals.ts";
import type { RgbImage } from "./rgb-image.ts";
import { type AlphaPlane, groundOf, isSeeThrough, type Layers, layOn, takeApart } from "./transparency.ts";

/** What is accepted; a refusal names the limit. */
export interface DecodeLimits {
  /** Size of the file, bytes. */
  readonly maxBytes: number;
  /** Width times height, judged by the header. */
  readonly maxPixels: number;
  /** Least short side, pixels. */
  readonly minSide: number;
  /** Largest ratio of the long to the short side. */
  readonly maxAspect: number;
  /** Long side of what is kept, pixels; larger pictures are shrunk while they are loaded. */
  readonly keepSide: number;
  /** Seconds that the decoder may take. */
  readonly seconds: number;
}

const DEFAULT_LIMITS: DecodeLimits = {
  maxBytes: 20 * 1024 * 1024,
  maxPixels: 50_000_000,
  minSide: 32,
  maxAspect: 8,
  keepSide: 2048,
  seconds: 20,
};

export interface DecodedPicture {
  readonly image: RgbImage;
  /** What gives it its shape, where it is a content picture that is see-through in places; else `null`. */
  readonly layers: Layers | null;
  readonly format: PictureFormat;
  /** Size of the picture as it was sent, upright. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** What was done to it that its owner would want to know, in English words without a full stop: see `retold`. */
  readonly notes: readonly string[];
}

/**
 * Decodes a picture somebody sent: JPEG, PNG, WebP, GIF, AVIF or TIFF, of any colour space and depth, told by content.
 * The result is upright, sRGB, the first frame of an animation, on white where it was transparent, and at most
 * `limits.keepSide` long. A content picture's transparency comes beside it.
 *
 * @param source the bytes, or the path of a file
 * @throws UserError (`picture-…`) for whatever is not such a picture, phrased for its owner
 */
export async function decodePicture(
  source: Uint8Array | string,
  role: PictureRole,
  limits: Partial<DecodeLimits> = {},
): Promise<DecodedPicture> {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const bytes = typeof source === "string" ? await readUpTo(source, role, bounds.maxBytes) : source;
  if (bytes.length === 0) throw refusal.empty(role);
  if (bytes.length > bounds.maxBytes) throw refusal.tooHeavy(role, bytes.length, bounds.maxBytes);
  const format = sniff(bytes);
  if (!isPictureFormat(format)) throw refusal.kind(role, format);

  const animated = format === "avif" && isImageSequence(bytes);
  const still = animated ? asStill(bytes) : bytes;
  const unreadable = (cause: unknown): UserError => {
    const what = peculiarityOf(bytes, format);
    return what === null ? refusal.damaged(role, cause) : refusal.peculiar(role, what, cause);
  };
  const header = await checkHeader(still, role, bounds, unreadable);
  const { image, layers } = await decodePixels(still, role, bounds, unreadable);
  const notes: string[] = [];
  if (format === "png" ? isAnimatedPng(bytes) : animated || header.pages > 1) {
    const moves = animated || format === "png" || format === "gif" || format === "webp";
    notes.push(inEnglish({ sentence: moves ? "picture.note.first-frame" : "picture.note.first-page" }));
  }
  if (layers && role === "style") notes.push(inEnglish({ sentence: "picture.note.on-white" }));
  if (layers && role === "content" && !layers.alpha.data.some((share) => share > 0)) throw refusal.invisible(role);
  return {
    image,
    layers: role === "content" ? layers : null,
    format,
    originalWidth: header.width,
    originalHeight: header.height,
    notes,
  };
}

/** Reads a picture that this program wrote itself (a stored, normalised PNG), on white: no limits but the memory's. */
export async function readStoredPicture(source: Uint8Array | string): Promise<RgbImage> {
  const { data, info } = await sharp(source)
    .flatten({ background: "#fff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: asBytes(data) };
}

/**
 * Reads a content picture that this program wrote, to be painted: on the mean of its own colours where it is see-through.
 *
 * @returns the shape that the painting gets back; `null` where it fills its rectangle
 */
export async function readForPainting(source: Uint8Array | string): Promise<{
  readonly image: RgbImage;
  readonly alpha: AlphaPlane | null;
}> {
  if (!(await sharp(source).metadata()).hasAlpha) return { image: await readStoredPicture(source), alpha: null };
  const { data, info } = await sharp(source)
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const layers = takeApart(asBytes(data), info.width, info.height, info.channels);
  return isSeeThrough(layers)
    ? { image: layOn(layers, groundOf(layers)), alpha: layers.alpha }
    : { image: layers.image, alpha: null };
}

async function readUpTo(path: string, role: PictureRole, maxBytes: number): Promise<Uint8Array> {
  const failed = (error: NodeJS.ErrnoException): never => {
    throw error.code === "ENOENT" ? refusal.missing(role, path, error) : refusal.unreadable(role, error);
  };
  const { size } = await stat(path).catch(failed);
  if (size > maxBytes) throw refusal.tooHeavy(role, size, maxBytes);
  return readFile(path).catch(failed);
}

/** libvips does not look into an animated AVIF; as one that is not, its still picture opens (the first frame). */
function asStill(bytes: Uint8Array): Uint8Array {
  const still = Uint8Array.from(bytes);
  still.set(Buffer.from("avif"), 8);
  return still;
}

/** Judges the picture by what its header says, before a pixel is decoded. */
async function checkHeader(
  bytes: Uint8Array,
  role: PictureRole,
  bounds: DecodeLimits,
  unreadable: (cause: unknown) => UserError,
) {
  let header: Metadata;
  try {
    header = await sharp(bytes, { limitInputPixels: false, failOn: "none" }).metadata();
  } catch (error) {
    throw unreadable(error);
  }
  const { width, height } = header.autoOrient;
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  if (width * height > bounds.maxPixels) throw refusal.tooManyPixels(role, width, height, bounds.maxPixels);
  if (long > short * bounds.maxAspect) throw refusal.tooLong(role, width, height, bounds.maxAspect);
  if (short < bounds.minSide) throw refusal.tooSmall(role, width, height, bounds.minSide);
  return { width, height, pages: header.pages ?? 1 };
}

/**
 * Decodes, turns upright and converts to 8-bit sRGB. Shrinks to `keepSide`, on load where the decoder can (JPEG, WebP): no
 * variant paints larger, and 50 megapixels are 150 MB. `failOn` is `error`, not sharp's `warning`: many sound photos carry a
 * harmless oddity, and a truncated one still fails.
 */
async function decodePixels(
  bytes: Uint8Array,
  role: PictureRole,
  bounds: DecodeLimits,
  unreadable: (cause: unknown) => UserError,
) {
  try {
    const { data, info } = await sharp(bytes, {
      autoOrient: true,
      failOn: "error",
      limitInputPixels: bounds.maxPixels,
      sequentialRead: true,
    })
      .timeout({ seconds: Math.ceil(bounds.seconds) })
      .resize({ width: bounds.keepSide, height: bounds.keepSide, fit: "inside", withoutEnlargement: true })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (info.channels === 3) return { image: { width, height, data: asBytes(data) }, layers: null };
    const layers = takeApart(asBytes(data), width, height, info.channels);
    return { image: layOn(layers, [255, 255, 255]), layers: isSeeThrough(layers) ? layers : null };
  } catch (error) {
    throw /timeout/i.test(messageOf(error)) ? refusal.tooSlow(role, error) : unreadable(error);
  }
}

const asBytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
