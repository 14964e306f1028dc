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

export function chunk(type: string, body: Uint8Array): Buffer {
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

/** A plain TIFF whose pixels have an opaque alpha channel and one more that means nothing. */
export function tiffOfFiveChannels({ width, height, data }: RgbImage): Buffer {
  const pixels = Buffer.alloc(width * height * 5);
  for (let i = 0; i < width * height; i++) {
    pixels.set(data.subarray(i * 3, i * 3 + 3), i * 5);
    pixels.set([255, 9], i * 5 + 3);
  }
  const [SHORT, LONG] = [3, 4];
  const depths = 8 + pixels.length;
  const entries = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 5, depths],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, 8],
    [277, SHORT, 1, 5],
    [278, LONG, 1, height],
    [279, LONG, 1, pixels.length],
    [338, SHORT, 2, 2],
  ] as const;
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length, 0);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    directory.writeUInt16LE(tag, 2 + i * 12);
    directory.writeUInt16LE(type, 4 + i * 12);
    directory.writeUInt32LE(count, 6 + i * 12);
    directory.writeUInt32LE(value, 10 + i * 12);
  }
  const header = Buffer.alloc(8);
  header.write("II*\0", "latin1");
  header.writeUInt32LE(depths + 10, 4);
  const eightBits = Buffer.from([8, 0, 8, 0, 8, 0, 8, 0, 8, 0]);
  return Buffer.concat([header, pixels, eightBits, directory]);
}
