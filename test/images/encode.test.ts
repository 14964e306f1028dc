import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { contactSheet } from "../../src/images/contact-sheet.ts";
import { readStoredPicture } from "../../src/images/decode.ts";
import {
  DISCORD_MAX_BYTES,
  encodeForDiscord,
  encodeJpeg,
  encodePng,
  normalisePicture,
  thumbnail,
} from "../../src/images/encode.ts";
import { cropTo, resizeLongSide, resizeTo, sizeForLongSide } from "../../src/images/resize.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { open, quarterOf, quarters } from "./pictures.ts";

/** Pixels that no codec can make small. */
function noise(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
}

describe("encoding", () => {
  it("PNG keeps every pixel", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), async (width, height) => {
        const image = noise(width, height);
        expect(await readStoredPicture(await encodePng(image))).toEqual(image);
      }),
      { numRuns: 20 },
    );
  });

  it("a result for Discord is the best that fits: PNG, WebP, JPEG, a smaller JPEG", async () => {
    const image = noise(256, 256);
    const asked = async (maxBytes?: number) => {
      const { bytes, extension } = await encodeForDiscord(image, maxBytes);
      expect(bytes.length).toBeLessThanOrEqual(maxBytes ?? DISCORD_MAX_BYTES);
      const { format, width } = await sharp(bytes).metadata();
      return { extension, format, width };
    };
    expect(await asked()).toEqual({ extension: "png", format: "png", width: 256 });
    expect(await asked(150_000)).toMatchObject({ extension: "webp", format: "webp", width: 256 });
    expect(await asked((await encodeJpeg(image, 60)).length)).toMatchObject({
      extension: "jpg",
      format: "jpeg",
      width: 256,
    });
    expect(await asked(8000)).toMatchObject({ extension: "jpg", format: "jpeg", width: 128 });
  });

  it("a thumbnail fits its box and is never enlarged", async () => {
    expect(await sharp(await thumbnail(quarters(800, 400), 320)).metadata()).toMatchObject({ width: 320, height: 160 });
    expect(await sharp(await thumbnail(quarters(80, 40), 320)).metadata()).toMatchObject({ width: 80, height: 40 });
  });

  it("normalising a picture twice gives the same bytes, and its PNG decodes to its pixels", async () => {
    const upload = await open(quarters(120, 90)).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const [first, second] = [await normalisePicture(upload, "content"), await normalisePicture(upload, "content")];
    expect(Buffer.compare(first.png, second.png)).toBe(0);
    expect(first.image).toMatchObject({ width: 90, height: 120 });
    expect(await readStoredPicture(first.png)).toEqual(first.image);
    expect((await sharp(first.png).metadata()).exif).toBeUndefined();
  });
});

describe("resizing", () => {
  it("keeps the aspect ratio to a multiple", () => {
    expect(sizeForLongSide({ width: 1000, height: 500 }, 512)).toEqual({ width: 512, height: 256 });
    expect(sizeForLongSide({ width: 333, height: 1000 }, 512, 8)).toEqual({ width: 168, height: 512 });
    expect(sizeForLongSide({ width: 4, height: 4000 }, 512, 8)).toEqual({ width: 8, height: 512 });
  });

  it("gives exactly the size asked for, with the colours in place", async () => {
    const image = await resizeTo(quarters(100, 60), 41, 77);
    expect(image).toMatchObject({ width: 41, height: 77 });
    expect(image.data).toHaveLength(41 * 77 * 3);
    expect(quarterOf(image, 1, 1)).toEqual([255, 255, 255]);
    expect(await resizeLongSide(quarters(100, 60), 50)).toMatchObject({ width: 50, height: 30 });
  });

  it("crops evenly", async () => {
    const image = await cropTo(quarters(200, 100), 50, 50);
    expect(image).toMatchObject({ width: 50, height: 50 });
    expect(quarterOf(image, 0, 0)).toEqual([200, 0, 0]);
  });
});

describe("contact sheet", () => {
  const open = async (rows: Parameters<typeof contactSheet>[0], labelLines = 1) => {
    const sheet = await readStoredPicture(await contactSheet(rows, { cell: 96, labelSize: 20, labelLines }));
    const at = (x: number, y: number) => [
      ...sheet.data.subarray((y * sheet.width + x) * 3, (y * sheet.width + x) * 3 + 3),
    ];
    return { ...sheet, at };
  };
  const ground = [246, 244, 239];
  const red = [200, 0, 0];

  it("sets pictures of any shape in rows, with labels that need escaping", async () => {
    const { width, height, at } = await open([
      [{ image: quarters(100, 50), label: 'a <b> & "c" \u0007' }, null],
      [{ image: quarters(30, 90), label: "a label that is far too long for a cell of this width" }, null],
    ]);
    // Each row is as high as its highest picture, the gap, and its label.
    expect({ width, height }).toEqual({ width: 16 + 2 * 112, height: 16 + 49 + 16 + 32 + 96 + 16 + 32 });
    expect(at(16 + 10, 16 + 10), "first picture, red quarter").toEqual(red);
    expect(at(16 + 112 + 48, 16 + 25), "empty place").toEqual(ground);
  });

  it("puts a short row in the middle, and a line around pictures as light as the ground", async () => {
    const cell = { image: quarters(90, 90), label: "" };
    const light = { image: { ...cell.image, data: cell.image.data.map(() => 250) }, label: "" };
    const { at, height } = await open([
      [cell, light],
      [cell, cell, cell],
    ]);
    expect(height, "no labels, no room for them").toBe(16 + 2 * 112);
    expect(at(16 + 20, 16 + 20)).toEqual(ground);
    expect(at(16 + 56 + 20, 16 + 20)).toEqual(red);
    const edge = at(16 + 56 + 112, 16 + 48);
    expect(edge).not.toEqual(ground);
    expect(edge).not.toEqual([250, 250, 250]);
  });

  it("breaks a label into the lines it may take", async () => {
    const cell = { image: quarters(96, 96), label: "Style image + description" };
    const [one, two] = [await open([[cell]], 1), await open([[cell]], 2)];
    expect(two.height - one.height).toBe(24);
  });
});
