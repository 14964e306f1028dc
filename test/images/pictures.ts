/** Small pictures and broken files for the tests, made on the spot. */
import { crc32 } from "node:zlib";

import sharp from "sharp";

import type { RgbImage } from "../../src/images/rgb-image.ts";

/** Four flat quarters: red, green / blue, white. Survives every lossy codec well enough to be told apart. */
export function quarters(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = x >= width / 2;
      const colour = y < height / 2 ? (right ? [0, 160, 0] : [200, 0, 0]) : right ? [255, 255, 255] : [0, 0, 220];
      data.set(colour, (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

export const open = (image: RgbImage) =>
  sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });

/** The colour in the middle of a quarter: `right`, `lower` are 0 or 1. */
export function quarterOf(image: RgbImage, right: 0 | 1, lower: 0 | 1): number[] {
  const x = Math.floor(image.width * (0.25 + right / 2));
  const y = Math.floor(image.height * (0.25 + lower / 2));
  return [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)];
}

function chunk(type: string, body: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

const PNG_SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** A sound PNG header that claims a size; the pixel data is a few bytes. */
export function pngThatClaims(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = Buffer.from("789c6300010000050001", "hex");
  return Buffer.concat([PNG_SIGNATURE, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

/** Turns a PNG into an APNG of two equal frames. */
export function animate(png: Buffer, width: number, height: number): Buffer {
  const afterHeader = PNG_SIGNATURE.length + 25;
  const control = Buffer.alloc(8);
  control.writeUInt32BE(2, 0);
  const frame = Buffer.alloc(26);
  frame.writeUInt32BE(width, 4);
  frame.writeUInt32BE(height, 8);
  frame.writeUInt16BE(1, 20);
  frame.writeUInt16BE(10, 22);
  const chunks = [chunk("acTL", control), chunk("fcTL", frame)];
  return Buffer.concat([png.subarray(0, afterHeader), ...chunks, png.subarray(afterHeader)]);
}

/** The first box of an ISO media file with its brands, and nothing after it. */
export function isoMedia(...brands: string[]): Buffer {
  const box = Buffer.alloc(16 + 4 * (brands.length - 1));
  box.writeUInt32BE(box.length, 0);
  box.write(`ftyp${brands[0]}`, 4, "latin1");
  for (const [index, brand] of brands.slice(1).entries()) box.write(brand, 16 + 4 * index, "latin1");
  return Buffer.concat([box, Buffer.alloc(64)]);
}

const [SHORT, LONG] = [3, 4];
type Tag = readonly [tag: number, type: number, count: number, value: number];

/** A TIFF of given directories, one after the other; `body` stands after its 8 bytes of header. */
function tiffOf(body: Uint8Array, directories: readonly (readonly Tag[])[]): Buffer {
  const length = (tags: readonly Tag[]): number => 2 + tags.length * 12 + 4;
  const bytes = Buffer.alloc(8 + body.length + directories.reduce((sum, tags) => sum + length(tags), 0));
  bytes.write("II*\0", "latin1");
  bytes.set(body, 8);
  let at = 8 + body.length;
  bytes.writeUInt32LE(at, 4);
  for (const [n, tags] of directories.entries()) {
    bytes.writeUInt16LE(tags.length, at);
    for (const [i, [tag, type, count, value]] of tags.entries()) {
      const entry = at + 2 + i * 12;
      bytes.writeUInt16LE(tag, entry);
      bytes.writeUInt16LE(type, entry + 2);
      bytes.writeUInt32LE(count, entry + 4);
      bytes.writeUInt32LE(value, entry + 8);
    }
    at += length(tags);
    bytes.writeUInt32LE(n + 1 < directories.length ? at : 0, at - 4);
  }
  return bytes;
}

/** A plain TIFF whose pixels have an opaque alpha channel and one more that means nothing. */
export function tiffOfFiveChannels({ width, height, data }: RgbImage): Buffer {
  const pixels = Buffer.alloc(width * height * 5 + 10);
  for (let i = 0; i < width * height; i++) {
    pixels.set(data.subarray(i * 3, i * 3 + 3), i * 5);
    pixels.set([255, 9], i * 5 + 3);
  }
  const depths = 8 + width * height * 5;
  pixels.set([8, 0, 8, 0, 8, 0, 8, 0, 8, 0], depths - 8);
  const entries: Tag[] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 5, depths],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, 8],
    [277, SHORT, 1, 5],
    [278, LONG, 1, height],
    [279, LONG, 1, width * height * 5],
    [338, SHORT, 2, 2],
  ];
  return tiffOf(pixels, [entries]);
}

/** A grey 64 x 64 TIFF with some tags changed or added. */
export function oddTiff(odd: Readonly<Record<number, number>>): Buffer {
  return tiffOf(Buffer.alloc(64 * 64, 99), [greyTags(odd)]);
}

/** A TIFF of so many pages, each of them the same pixels: as long as a book to whoever counts. */
export function tiffOfPages(pages: number): Buffer {
  return tiffOf(Buffer.alloc(64 * 64, 99), Array<readonly Tag[]>(pages).fill(greyTags({})));
}

function greyTags(odd: Readonly<Record<number, number>>): Tag[] {
  const values = { 256: 64, 257: 64, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 64, 279: 64 * 64, ...odd };
  return Object.entries(values).map(([tag, value]): Tag => [Number(tag), LONG, 1, value]);
}

/** A JPEG whose frame header says so many bits for each colour. */
export function jpegOfBits(jpeg: Buffer, bits: number): Buffer {
  const changed = Buffer.from(jpeg);
  for (let at = 2; at < changed.length; at += 2 + changed.readUInt16BE(at + 2)) {
    const marker = changed[at + 1]!;
    if (marker < 0xc0 || marker > 0xc2) continue;
    changed[at + 4] = bits;
    return changed;
  }
  throw new RangeError("no frame header");
}
