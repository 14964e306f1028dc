import path from "node:path";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { INPUT_SIDE } from "../../models/tiny-face-detector.ts";
import { detectFaces } from "../../src/faces/detect-faces.ts";
import { scalesFor, searchFaces, tileStarts } from "../../src/faces/search-faces.ts";
import { decodePicture } from "../../src/images/decode.ts";
import { pipeline, resizePart } from "../../src/images/resize.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";

const sessions = new SessionPool(1e9);
const SIDE = 1024;
const PLACES = [
  [30, 40],
  [420, 180],
  [700, 505],
  [120, 640],
  [950, 945],
] as const;

const sample = async (name: string): Promise<RgbImage> =>
  (await decodePicture(path.resolve(import.meta.dirname, `../../samples/content/${name}.jpg`), "content")).image;

/** Five heads of a height (chin to hair, pixels) in a picture of 1024 × 1024 that shows nobody else. */
async function crowd(headHeight: number): Promise<RgbImage> {
  const portrait = await sample("portrait");
  const [face] = (await detectFaces(portrait, sessions)).faces;
  const side = Math.round(1.5 * face!.height);
  const part = { left: Math.round(face!.x + (face!.width - side) / 2), top: Math.round(face!.y - 0.25 * side) };
  // Boxes are 30 % larger than faces.
  const small = Math.round(1.5 * 1.3 * headHeight);
  const { data } = await resizePart(portrait, { ...part, width: side, height: side }, small, small);
  const input = await pipeline({ width: small, height: small, data }).png().toBuffer();
  const scene = await pipeline(await sample("lighthouse"))
    .resize(SIDE, SIDE, { fit: "cover" })
    .png()
    .toBuffer();
  const raw = await sharp(scene)
    .composite(PLACES.map(([left, top]) => ({ input, left, top })))
    .removeAlpha()
    .raw()
    .toBuffer();
  return { width: SIDE, height: SIDE, data: new Uint8Array(raw) };
}

describe("the search for faces", () => {
  it.each([24, 40])("finds faces of %i pixels in a picture of 1024, wherever they stand", async (height) => {
    const faces = await searchFaces(await crowd(height), sessions, 24);
    expect(faces).toHaveLength(PLACES.length);
    const middle = (1.5 * 1.3 * height) / 2;
    for (const [left, top] of PLACES) {
      const [x, y] = [left + middle, top + middle];
      const holds = (face: (typeof faces)[number]) =>
        face.x < x && x < face.x + face.width && face.y < y && y < face.y + face.height;
      expect(faces.filter(holds)).toHaveLength(1);
    }
    for (const face of faces) expect(Math.max(face.width, face.height)).toBeLessThan(2.6 * height);
  });

  it("does not call a crowd of small faces prominent, though the quick look sees it", async () => {
    const { prominent, faces } = await detectFaces(await crowd(36), sessions);
    expect(faces.length).toBeGreaterThanOrEqual(3);
    expect(prominent).toBe(false);
  });

  it("finds nothing in pictures without people at any size", async () => {
    for (const name of ["fox", "lighthouse", "still-life"])
      expect(await searchFaces(await sample(name), sessions, 24)).toEqual([]);
  });

  it("looks at most 21 times, whatever the picture's size, and less for what need not be found", () => {
    const looks = (long: number, smallest: number): number =>
      scalesFor(long, smallest).reduce((sum, side) => sum + tileStarts(side).length ** 2, 0);
    for (const long of [1, 64, 416, 512, 600, 768, 1024, 2048, 4096, 10_000]) {
      for (const smallest of [1, 8, 24, 51, 100, 1000]) expect(looks(long, smallest)).toBeLessThanOrEqual(21);
    }
    expect(looks(1024, 24)).toBe(21);
    expect(looks(1024, 0.05 * 1024)).toBe(5);
    expect(looks(300, 24)).toBe(1);
  });

  it.each([10, INPUT_SIDE, 417, 704, 1000, 1472])("covers a side of %i pixels with tiles that share 64", (length) => {
    const starts = tileStarts(length);
    expect(starts[0]).toBe(0);
    if (length > INPUT_SIDE) expect(starts.at(-1)).toBe(length - INPUT_SIDE);
    for (const [i, start] of starts.slice(1).entries()) expect(start - starts[i]!).toBeLessThanOrEqual(INPUT_SIDE - 64);
  });
});
