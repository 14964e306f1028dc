import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { readForPainting, readStoredPicture } from "../../src/images/decode.ts";
import { encodePng, encodeWebp, normalisePicture, storedForDiscord, storedThumbnail } from "../../src/images/encode.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";

/** The left half red, the right half nothing, in which another program has left green. */
const HALF = new Uint8Array(64 * 48 * 4).map((_, i) => {
  const isLeft = (i >> 2) % 64 < 32;
  return (isLeft ? [200, 10, 20, 255] : [0, 255, 0, 0])[i & 3]!;
});
const half = () => sharp(HALF, { raw: { width: 64, height: 48, channels: 4 } });
const plain = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(90),
});
const alphaOf = async (bytes: Uint8Array): Promise<number[]> => {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  const row = Math.floor(info.height / 2) * info.width;
  return [0.1, 0.9].map((x) => data[(row + Math.floor(x * info.width)) * 4 + 3]!);
};

describe("a content picture that is see-through", () => {
  it("is kept in its shape, without colours that nobody sees, as the same bytes whatever hid there", async () => {
    const { png, image } = await normalisePicture(await half().png().toBuffer(), "content");
    const pixels = await sharp(png).raw().toBuffer();
    expect([...pixels.subarray(0, 4)]).toEqual([200, 10, 20, 255]);
    expect([...pixels.subarray(63 * 4, 64 * 4)]).toEqual([0, 0, 0, 0]);
    expect([...image.data.subarray(63 * 3, 64 * 3)]).toEqual([255, 255, 255]);
    expect((await readStoredPicture(png)).data).toEqual(image.data);
  });

  it("is painted on the mean of what is seen of it, and gives its shape to the painting, of any size", async () => {
    const { png } = await normalisePicture(await half().png().toBuffer(), "content");
    const { image, alpha } = await readForPainting(png);
    expect([...image.data.subarray(63 * 3, 64 * 3)]).toEqual([200, 10, 20]);
    for (const [width, height] of [
      [64, 48],
      [160, 120],
      [31, 24],
    ] as const) {
      expect(await alphaOf(await encodePng(plain(width, height), alpha))).toEqual([255, 0]);
      expect(await alphaOf(await encodeWebp(plain(width, height), 82, alpha))).toEqual([255, 0]);
    }
  });

  it("leaves whole pictures as they were", async () => {
    const png = await encodePng(plain(40, 40));
    expect(await readForPainting(png)).toEqual({ image: plain(40, 40), alpha: null });
    expect(await encodePng(plain(40, 40), null)).toEqual(png);
  });
});

describe("a result in a shape", () => {
  it("is shown small and sent smaller in its shape, and on white where nothing else fits", async () => {
    const { png } = await normalisePicture(await half().png().toBuffer(), "content");
    const small = await storedThumbnail(png, 32);
    expect(small.extension).toBe("webp");
    expect(await alphaOf(small.bytes)).toEqual([255, 0]);
    const sent = await storedForDiscord(png, 10_000);
    expect(sent.extension).toBe("webp");
    expect(await alphaOf(sent.bytes)).toEqual([255, 0]);
    const least = await storedForDiscord(png, sent.bytes.length - 1);
    expect((await readStoredPicture(least.bytes)).data.at(-1)).toBe(255);
  });

  it("is a JPEG in small where it fills its rectangle", async () => {
    expect(await storedThumbnail(await encodePng(plain(40, 40)), 32)).toMatchObject({ extension: "jpg" });
  });
});
