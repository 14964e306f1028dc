import { afterAll, describe, expect, it } from "vitest";

import { rgbToOklab } from "../../../../src/images/oklab.ts";
import type { PlanarImage } from "../../../../src/images/plane.ts";
import { seededRandom } from "../../../../src/random.ts";
import { FEATURE_BYTES, FEATURE_LENGTH, FEATURE_SCALE } from "../../../../src/stylize/embedded/kernels/features.ts";
import { COLUMN_MASK, ROW_SHIFT } from "../../../../src/stylize/embedded/kernels/patch-match.ts";
import { KernelPool } from "../../../../src/stylize/embedded/kernels/worker-pool.ts";
import { placeGuide } from "../../../../src/stylize/embedded/patch/guidance.ts";
import { searchPatches } from "../../../../src/stylize/embedded/patch/patch-search.ts";
import {
  allocatePicture,
  blurPicture,
  readPicture,
  writePicture,
} from "../../../../src/stylize/embedded/patch/picture.ts";
import { createGrid, randomMatches } from "../../../../src/stylize/embedded/patch/query-grid.ts";
import { allocateTransform, buildBank, loadStyleLevel } from "../../../../src/stylize/embedded/patch/style-bank.ts";
import {
  colourQuantiles,
  sampleColours,
  transportColours,
} from "../../../../src/stylize/embedded/patch/sliced-transport.ts";
import { reservedCosts } from "../../../../src/stylize/embedded/patch/usable-places.ts";
import { blurPlane } from "../../../../src/images/gaussian-blur.ts";
import { brushwork, landscape } from "../fixtures.ts";

const pool = new KernelPool(2);
afterAll(() => pool.close());

const style = rgbToOklab(brushwork(61, 47), 2);
const SIZE = 9;
const everywhere = new Float32Array(61 * 47).fill(1);

/** Guidance that differs from place to place, and its weight. */
const guidance = style.planes[0].map((_, i) => ((i * 7) % 31) / 31);
const WEIGHT = 0.04;

/** The features by the book: a double sum over the patch per coefficient, and the guidance at its centre. */
function featuresByDefinition(image: PlanarImage, left: number, top: number): number[] {
  const features: number[] = [];
  const norm = (order: number): number => Math.sqrt((order === 0 ? 1 : 2) / SIZE);
  const wave = (order: number, i: number): number => norm(order) * Math.cos((Math.PI * (i + 0.5) * order) / SIZE);
  image.planes.forEach((plane, channel) => {
    const orders = channel === 0 ? 6 : 3;
    for (let u = 0; u < orders; u++) {
      for (let v = 0; u + v < orders; v++) {
        let sum = 0;
        for (let y = 0; y < SIZE; y++) {
          for (let x = 0; x < SIZE; x++) sum += wave(u, x) * wave(v, y) * plane[(top + y) * image.width + left + x]!;
        }
        features.push((sum / SIZE) * FEATURE_SCALE);
      }
    }
  });
  const centre = (top + (SIZE >> 1)) * image.width + left + (SIZE >> 1);
  features.push(Math.sqrt(WEIGHT) * guidance[centre]! * FEATURE_SCALE);
  while (features.length < FEATURE_LENGTH) features.push(0);
  return features;
}

const mirrored = (image: PlanarImage): PlanarImage => {
  const flip = (plane: Float32Array): Float32Array =>
    plane.map((_, i) => plane[i - (i % image.width) + image.width - 1 - (i % image.width)]!);
  const [L, a, b] = image.planes;
  return { width: image.width, height: image.height, planes: [flip(L), flip(a), flip(b)] };
};

describe("patch features", () => {
  it("are the low DCT frequencies of every patch and the guidance at its centre", () => {
    pool.scoped(() => {
      const level = loadStyleLevel(pool, style);
      const bank = buildBank(pool, level, SIZE, allocateTransform(pool, 61 * 47), placeGuide(pool, guidance, WEIGHT));
      expect(bank).toMatchObject({ columns: 53, rows: 39, stride: 1, mirrorOffset: 0 });
      const buffer = pool.floats(0, 1).buffer;
      const stored = (row: number, column: number): Int16Array =>
        new Int16Array(buffer, bank.features + (row * bank.columns + column) * FEATURE_BYTES, FEATURE_LENGTH);
      for (const [column, row] of [
        [0, 0],
        [7, 3],
        [52, 38],
        [30, 21],
      ] as const) {
        const expected = featuresByDefinition(style, column, row);
        expected.forEach((value, i) => expect(Math.abs(stored(row, column)[i]! - value)).toBeLessThan(1.5));
      }
    });
  });
});

describe("searchPatches", () => {
  it.each([
    ["the style", style, 0],
    ["the mirrored style", mirrored(style), 1],
  ])("finds where the patches of %s come from", (_, image, variant) => {
    pool.scoped(() => {
      const level = loadStyleLevel(pool, style);
      const buffer = allocateTransform(pool, 61 * 47);
      const guide = placeGuide(pool, guidance, 0);
      const bank = buildBank(pool, level, SIZE, buffer, guide);
      const picture = allocatePicture(pool, 61, 47);
      writePicture(picture, image);
      const random = seededRandom(3);
      const grid = createGrid(picture, SIZE, 3, random);
      const matches = randomMatches(grid.xs.length * grid.ys.length, bank, random);
      const reserved = reservedCosts(bank, SIZE, everywhere, style);
      const options = { sweeps: 6, guide, usagePenalty: 0, reserved, random };
      const placed = searchPatches(pool, picture, bank, { grid, bank, matches }, buffer, options);
      const found = pool.integers(placed.matches, matches.length);
      const exact = found.filter((match, i) => {
        const x = grid.xs[i % grid.xs.length]!;
        const y = grid.ys[Math.floor(i / grid.xs.length)]! + variant * bank.rows;
        return (match & COLUMN_MASK) === x && match >>> ROW_SHIFT === y;
      });
      expect(exact.length / found.length).toBeGreaterThan(0.95);
    });
  });
});

describe("picture kernels", () => {
  it("blur as the plain blur does", () => {
    pool.scoped(() => {
      const picture = allocatePicture(pool, 61, 47);
      const out = allocatePicture(pool, 61, 47);
      writePicture(picture, style);
      blurPicture(pool, picture, out, 1.7, 16);
      readPicture(out).planes.forEach((plane, channel) => {
        const expected = blurPlane(style.planes[channel]!, style, 1.7);
        plane.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5));
      });
    });
  });

  it("bring the colours of one picture to the distribution of another", () => {
    pool.scoped(() => {
      const content = rgbToOklab(landscape(80, 60), 2);
      const picture = allocatePicture(pool, 80, 60);
      writePicture(picture, content);
      const target = colourQuantiles(sampleColours(style, 20_000));
      transportColours(pool, picture, target, { rounds: 12, sampleLimit: 20_000 });
      const quantilesOf = (plane: Float32Array): number[] => {
        const sorted = plane.slice().sort();
        return [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => sorted[Math.floor(share * sorted.length)]!);
      };
      const moved = quantilesOf(readPicture(picture).planes[0]);
      const before = quantilesOf(content.planes[0]);
      const wanted = quantilesOf(style.planes[0]);
      const off = (values: number[]): number => values.reduce((sum, v, i) => sum + Math.abs(v - wanted[i]!), 0);
      expect(off(moved)).toBeLessThan(0.3 * off(before));
    });
  });
});
