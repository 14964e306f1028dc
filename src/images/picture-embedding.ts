/**
 * Learned words that AUTOMATIC1111's web interface keeps in pictures: as a text of the PNG, and in the low halves of the
 * bytes of two stripes, left and right of the picture, which survive sites that drop texts.
 * https://github.com/AUTOMATIC1111/stable-diffusion-webui/blob/master/modules/textual_inversion/image_embedding.py
 */
import { inflateSync } from "node:zlib";

import { z } from "zod";

import { excerpt, messageOf, UserError } from "../errors.ts";
import type { Saying } from "../words/say.ts";
import { exactPixels } from "./exact-pixels.ts";
import type { RgbImage } from "./rgb-image.ts";

const KEYWORD = "sd-ti-embedding\0";
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** Bytes that such a picture has at most; most have about one million. */
export const LONGEST_PICTURE = 4 * 1024 * 1024;
/** Bytes of JSON: 75 vectors 2048 wide, of 22 digits each, have half of it. */
const LONGEST_JSON = 8 * 1024 * 1024;

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.equals(bytes.subarray(0, SIGNATURE.length));

const vectors = z.array(z.array(z.number()).min(1).max(2048)).min(1).max(75);
const schema = z.object({
  string_to_param: z.record(z.string(), z.object({ TORCHTENSOR: vectors })),
});

/** Vectors of a learned word. */
interface HiddenWord {
  readonly data: Float32Array;
  /** [vectors, width] */
  readonly shape: readonly [number, number];
}

/** @param bytes of a PNG @throws UserError `token-file` saying why nothing can be had of it */
export async function readPictureEmbedding(bytes: Buffer): Promise<HiddenWord> {
  const text = textOfPng(bytes) ?? (await hiddenText(bytes));
  const parsed = schema.safeParse(jsonOf(text));
  const [found, ...others] = parsed.success ? Object.values(parsed.data.string_to_param) : [];
  if (!found || others.length > 0) throw unfitToken({ sentence: "error.token-file.hides-no-word" });
  const rows = found.TORCHTENSOR;
  const width = rows[0]!.length;
  if (rows.some((row) => row.length !== width)) throw unfitToken({ sentence: "error.token-file.uneven" });
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, width] };
}

/** The text chunk of that name, decoded. */
function textOfPng(bytes: Buffer): string | null {
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) return null;
    const content = bytes.subarray(at + 8, end);
    if (
      bytes.toString("latin1", at + 4, at + 8) === "tEXt" &&
      content.toString("latin1", 0, KEYWORD.length) === KEYWORD
    )
      return Buffer.from(content.toString("latin1", KEYWORD.length), "base64").toString("utf8");
    at = end + 4;
  }
  return null;
}

/** The stripes end at the first and the last column without a bit in the low halves. */
async function hiddenText(bytes: Buffer): Promise<string> {
  const whole = await exactPixels(bytes).catch((error: unknown) => {
    throw unfitToken({ sentence: "error.token-file.pixels", values: { fault: excerpt(messageOf(error)) } });
  });
  const image = withoutBlack(whole);
  const empty = emptyColumns(image);
  const [first, last] = [empty[0], empty.at(-1)];
  if (first === undefined || last === undefined || first === last)
    throw unfitToken({ sentence: "error.token-file.hides-nothing" });
  const [low, high] = [stripe(image, 0, first), stripe(image, last + 1, image.width)];
  if (low.length === 0 || low.length !== high.length) throw unfitToken({ sentence: "error.token-file.hides-nothing" });
  const packed = low.map((half, i) => half | (high[i]! << 4));
  try {
    return inflateSync(packed, { maxOutputLength: LONGEST_JSON }).toString("utf8");
  } catch (error) {
    const fault = excerpt(messageOf(error));
    throw unfitToken({ sentence: "error.token-file.hides-nothing-readable", values: { fault } });
  }
}

/** From the first to the last row and column that has a pixel without a zero in it. */
function withoutBlack({ width, height, data }: RgbImage): RgbImage {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      if (data[i] === 0 || data[i + 1] === 0 || data[i + 2] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  if (right <= left) throw unfitToken({ sentence: "error.token-file.hides-nothing" });
  const size = { width: right - left, height: bottom - top };
  const kept = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++) {
    const start = ((top + y) * width + left) * 3;
    kept.set(data.subarray(start, start + size.width * 3), y * size.width * 3);
  }
  return { ...size, data: kept };
}

function emptyColumns({ width, data }: RgbImage): number[] {
  const used = new Uint8Array(width);
  for (let i = 0; i < data.length; i++) used[Math.floor(i / 3) % width]! |= data[i]! & 15;
  return [...used.keys()].filter((x) => used[x] === 0);
}

/** The low halves of the columns from `from` to `to`, row by row, out of the disguise of a generator of numbers. */
function stripe({ width, height, data }: RgbImage, from: number, to: number): Uint8Array {
  const halves = new Uint8Array(Math.max(0, to - from) * height * 3);
  let seed = 0;
  let next = 0;
  for (let y = 0; y < height; y++)
    for (let i = (y * width + from) * 3; i < (y * width + to) * 3; i++) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      halves[next++] = (data[i]! ^ (seed % 255)) & 15;
    }
  return halves;
}

function jsonOf(text: string): unknown {
  if (text.length > LONGEST_JSON) throw unfitToken({ sentence: "error.token-file.hides-too-much" });
  try {
    return JSON.parse(text);
  } catch {
    throw unfitToken({ sentence: "error.token-file.hides-no-word" });
  }
}

/** Why a file is no learned style, as what is wrong with it. @param saying completes "it cannot be used: …" */
export const unfitToken = (saying: Saying): UserError => new UserError("token-file", saying);
