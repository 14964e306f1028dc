import { existsSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { CELLS, INPUT_SIDE, readTinyFaceDetectorWeights, tinyFaceDetector } from "../../models/tiny-face-detector.ts";
import { decodePicture } from "../../src/images/decode.ts";
import { detectFaces } from "../../src/faces/detect-faces.ts";
import { DETECTOR } from "../../src/faces/look.ts";
import { resizeTo } from "../../src/images/resize.ts";
import { openSession, Tensor } from "../../src/onnx/index.ts";
import { SessionPool } from "../../src/onnx/session-pool.ts";

const sessions = new SessionPool(1e9);

/** What face-api.js 1.7.15 itself (TensorFlow.js, CPU) makes of `pattern`, at a few windows [row, column]. */
const REFERENCE: readonly { cell: readonly [number, number]; guesses: readonly number[] }[] = [
  {
    cell: [0, 0],
    guesses: [
      1.4034, 0.0618, -0.195, -0.7192, -7.7654, 2.4265, -2.0821, 0.1428, -0.0942, -25.4899, 1.247, 0.0775, 0.2289,
      -0.1108, -15.8219, 1.9621, -1.8631, 0.0804, -0.0048, -18.8829, 3.288, -2.6072, -0.1585, 0.2429, -32.2579,
    ],
  },
  {
    cell: [6, 6],
    guesses: [
      1.3683, 0.6084, -0.3364, -0.6577, -4.9987, 3.4821, -1.4782, -0.0637, -0.167, -14.3071, 0.8092, -0.2698, 0.1577,
      -0.0715, -9.0918, 2.0571, -1.8776, 0.1219, -0.115, -7.6114, 1.466, 0.9064, 0.1158, 0.093, -24.0811,
    ],
  },
  {
    cell: [12, 12],
    guesses: [
      -1.908, -0.7833, -0.0486, -0.3805, -6.9816, -0.0376, -0.9503, -0.0163, -0.0704, -10.4046, -1.0794, -0.4779,
      0.0672, -0.2908, -8.3095, -2.2324, -0.8604, 0.0455, -0.0972, -10.3529, -1.163, 1.5971, 0.2437, -0.3185, -12.7888,
    ],
  },
];

function pattern(): Tensor {
  const plane = INPUT_SIDE * INPUT_SIDE;
  const rgb = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < INPUT_SIDE; y++) {
      for (let x = 0; x < INPUT_SIDE; x++) {
        rgb[c * plane + y * INPUT_SIDE + x] = (x * 3 + y * 5 + c * 40 + ((x * y) >> 4)) & 255;
      }
    }
  }
  return new Tensor("float32", rgb, [1, 3, INPUT_SIDE, INPUT_SIDE]);
}

describe("the face detector", () => {
  it("computes what face-api.js computes, to four decimals, at the borders too", async () => {
    const session = await openSession(tinyFaceDetector(readTinyFaceDetectorWeights()), { threads: 1 });
    const output = await session.runOne({ rgb: pattern() });
    expect(output.dims).toEqual([1, CELLS, CELLS, 25]);
    for (const { cell, guesses } of REFERENCE) {
      const start = (cell[0] * CELLS + cell[1]) * 25;
      const found = (output.data as Float32Array).subarray(start, start + 25);
      for (const [i, value] of guesses.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(2e-4);
    }
    await session.release();
  });

  it("is one of the sessions that share the memory, and is tried again when it could not be opened", async () => {
    const blank = { width: 8, height: 8, data: new Uint8Array(192) };
    const pool = new SessionPool(1e9);
    const noMemory = () => ({ bytes: 1, open: () => Promise.reject(new Error("no memory")) });
    const refused = pool.use(DETECTOR, noMemory, async () => undefined);
    await expect(Promise.all([refused, detectFaces(blank, pool)])).rejects.toThrow("no memory");
    expect(pool.keys).toEqual([]);
    expect(await detectFaces(blank, pool)).toEqual({ prominent: false, faces: [] });
    expect(pool.keys).toEqual([DETECTOR]);
    expect(pool.bytes).toBeGreaterThan(1e6);
    await pool.release();
  });

  it("finds nothing in a blank picture of any shape", async () => {
    for (const [width, height] of [
      [32, 32],
      [1000, 125],
      [125, 1000],
    ] as const) {
      const image = { width, height, data: new Uint8Array(width * height * 3).fill(128) };
      expect(await detectFaces(image, sessions)).toEqual({ prominent: false, faces: [] });
    }
  });
});

const shared = path.resolve(import.meta.dirname, "../../../shared/images/content");

describe.skipIf(!existsSync(shared))("photographs (needs ../shared/images)", () => {
  const photo = async (name: string) => (await decodePicture(path.join(shared, name), "content")).image;

  it("finds the astronaut's face, where it is", async () => {
    const { prominent, faces } = await detectFaces(await photo("astronaut.png"), sessions);
    expect(prominent).toBe(true);
    expect(faces).toHaveLength(1);
    const { x, y, width, height, score } = faces[0]!;
    expect(score).toBeGreaterThan(0.9);
    // The nose of the astronaut.
    expect(x).toBeLessThan(221);
    expect(x + width).toBeGreaterThan(221);
    expect(y).toBeLessThan(115);
    expect(y + height).toBeGreaterThan(115);
  });

  it("scales the boxes with the picture, and keeps a small face from being prominent", async () => {
    const image = await photo("astronaut.png");
    const [small] = (await detectFaces(image, sessions)).faces;
    const [large] = (await detectFaces(await resizeTo(image, 1024, 1024), sessions)).faces;
    expect(large!.width / small!.width).toBeCloseTo(2, 1);
    const side = 3000;
    const data = new Uint8Array(side * side * 3).fill(200);
    for (let y = 0; y < 512; y++)
      data.set(image.data.subarray(y * 1536, y * 1536 + 1536), (y + 1000) * side * 3 + 3000);
    expect((await detectFaces({ width: side, height: side, data }, sessions)).prominent).toBe(false);
  });

  it.each(["chelsea.png", "cornell.jpg", "tubingen.jpg"])("finds no face in %s", async (name) => {
    expect(await detectFaces(await photo(name), sessions)).toEqual({ prominent: false, faces: [] });
  });
});
