/** What a picture that cannot be decoded has about it that the decoder lacks, told from its header. */
import type { Saying, Sentence } from "../words/say.ts";
import type { PictureFormat } from "./format.ts";

/** Names of the tags of TIFF 6.0 that are looked at. */
const TAG = { compression: 259, photometric: 262, planar: 284, tileWidth: 322 } as const;

/** Compressions of TIFF that this build of libvips has no decoder for; others are damaged when they fail. */
const COMPRESSIONS: Readonly<Record<number, string>> = {
  9: "JBIG",
  10: "JBIG",
  34_661: "JBIG",
  34_712: "JPEG 2000",
  34_925: "LZMA",
  50_000: "Zstandard",
  50_002: "JPEG XL",
  52_546: "JPEG XL",
};

const OLD_STYLE_JPEG = 6;

const PHOTOMETRICS: Readonly<Record<number, Sentence>> = {
  8: "error.picture-peculiar.tiff-lab",
  9: "error.picture-peculiar.tiff-lab",
  10: "error.picture-peculiar.tiff-lab",
  32_803: "error.picture-peculiar.tiff-raw",
  32_844: "error.picture-peculiar.tiff-logluv",
  32_845: "error.picture-peculiar.tiff-logluv",
};

/** "a TIFF compressed with LZMA", …; `null` where nothing is known against it, so that it must be damaged. */
export function peculiarityOf(bytes: Uint8Array, format: PictureFormat): Saying | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === "jpeg") return jpegPeculiarity(view);
  if (format === "tiff") return tiffPeculiarity(view);
  return format === "avif" && isImageSequence(bytes) ? { sentence: "error.picture-peculiar.avif" } : null;
}

/** Whether an AVIF says in its first brand that it is an animation (ISO/IEC 23000-22, section 6). */
export const isImageSequence = (bytes: Uint8Array): boolean => String.fromCharCode(...bytes.subarray(8, 12)) === "avis";

/** Looks at the frame header, which comes before the first scan (ITU-T T.81, B.2.2). */
function jpegPeculiarity(view: DataView): Saying | null {
  for (let at = 2; at + 9 < view.byteLength && view.getUint8(at) === 0xff;) {
    const marker = view.getUint8(at + 1);
    // Fill bytes may stand before any marker.
    if (marker === 0xff) at++;
    else if (marker === 0xda) return null;
    else if (marker < 0xc0 || marker > 0xcf || [0xc4, 0xc8, 0xcc].includes(marker)) at += 2 + view.getUint16(at + 2);
    else {
      const bits = view.getUint8(at + 4);
      const process = marker & 3;
      if (process === 3) return { sentence: "error.picture-peculiar.jpeg-lossless" };
      if (bits !== 8) return { sentence: "error.picture-peculiar.jpeg-bits", values: { bits } };
      return marker === 0xc5 || marker === 0xc6 ? { sentence: "error.picture-peculiar.jpeg-hierarchical" } : null;
    }
  }
  return null;
}

/** Looks at the first directory (TIFF 6.0, section 2). */
function tiffPeculiarity(view: DataView): Saying | null {
  const little = view.getUint8(0) === 0x49;
  const at = view.byteLength < 8 ? Infinity : view.getUint32(4, little);
  if (at + 2 > view.byteLength) return null;
  const tags = new Map<number, number>();
  const count = view.getUint16(at, little);
  for (let i = 0, entry = at + 2; i < count && entry + 12 <= view.byteLength; i++, entry += 12) {
    // Types BYTE, SHORT and LONG; what is looked at fits in the entry itself.
    const type = view.getUint16(entry + 2, little);
    const value = type === 3 ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
    tags.set(view.getUint16(entry, little), value);
  }
  const method = tags.get(TAG.compression) ?? 1;
  if (method === OLD_STYLE_JPEG) return { sentence: "error.picture-peculiar.tiff-old-jpeg" };
  const compression = COMPRESSIONS[method];
  if (compression !== undefined) return { sentence: "error.picture-peculiar.tiff-compressed", values: { compression } };
  const photometric = PHOTOMETRICS[tags.get(TAG.photometric) ?? 2];
  if (photometric !== undefined) return { sentence: photometric };
  return tags.get(TAG.planar) === 2 && tags.has(TAG.tileWidth)
    ? { sentence: "error.picture-peculiar.tiff-tiles" }
    : null;
}
