import { describe, expect, it } from "vitest";

import { blurPlane } from "../../src/images/gaussian-blur.ts";
import { cropPlanar, createPlanar, fitLongSide, resizePlane } from "../../src/images/plane.ts";

const ramp = (width: number, height: number): Float32Array =>
  Float32Array.from({ length: width * height }, (_, i) => (i % width) / width + Math.floor(i / width) / height);

const sumOf = (plane: Float32Array): number => plane.reduce((total, value) => total + value, 0);

describe("resizePlane", () => {
  it("keeps a constant and, inside, a linear ramp", () => {
    const from = { width: 40, height: 30 };
    for (const to of [
      { width: 80, height: 60 },
      { width: 13, height: 11 },
      { width: 40, height: 1 },
    ]) {
      for (const value of resizePlane(new Float32Array(1200).fill(0.3), from, to)) expect(value).toBeCloseTo(0.3, 5);
    }
    const up = resizePlane(ramp(40, 30), from, { width: 80, height: 60 });
    const at = (x: number, y: number): number => up[y * 80 + x]!;
    expect(at(41, 30) - at(40, 30)).toBeCloseTo(1 / 80, 5);
    expect(at(40, 31) - at(40, 30)).toBeCloseTo(1 / 60, 5);
  });

  it("does not alias: a one-pixel chequer becomes flat", () => {
    const chequer = Float32Array.from({ length: 64 * 64 }, (_, i) => (i + (i >> 6)) % 2);
    const small = resizePlane(chequer, { width: 64, height: 64 }, { width: 16, height: 16 });
    for (let y = 2; y < 14; y++) for (let x = 2; x < 14; x++) expect(small[y * 16 + x]).toBeCloseTo(0.5, 2);
  });
});

describe("blurPlane", () => {
  it.each([0.5, 1, 2, 2.5, 4, 9])("spreads a point to variance sigma² (sigma %s)", (sigma) => {
    const size = { width: 101, height: 101 };
    const point = new Float32Array(101 * 101);
    point[50 * 101 + 50] = 1;
    const blurred = blurPlane(point, size, sigma);
    expect(sumOf(blurred)).toBeCloseTo(1, 3);
    let varianceX = 0;
    let varianceY = 0;
    blurred.forEach((weight, i) => {
      varianceX += weight * ((i % 101) - 50) ** 2;
      varianceY += weight * (Math.floor(i / 101) - 50) ** 2;
    });
    const tolerance = sigma < 1 ? 0.15 : 0.04; // a sampled kernel of half a pixel is narrower than the integral
    expect(Math.abs(varianceX / sigma ** 2 - 1)).toBeLessThan(tolerance);
    expect(Math.abs(varianceY / sigma ** 2 - 1)).toBeLessThan(tolerance);
  });

  it("keeps constants on pictures smaller than the kernel", () => {
    for (const size of [
      { width: 1, height: 1 },
      { width: 3, height: 50 },
      { width: 50, height: 2 },
    ]) {
      const flat = new Float32Array(size.width * size.height).fill(0.7);
      for (const sigma of [0, 1, 3, 16]) {
        for (const value of blurPlane(flat, size, sigma)) expect(value).toBeCloseTo(0.7, 5);
      }
    }
  });
});

describe("sizes", () => {
  it("fits the long side and keeps the ratio", () => {
    expect(fitLongSide({ width: 1024, height: 768 }, 512)).toEqual({ width: 512, height: 384 });
    expect(fitLongSide({ width: 50, height: 4000 }, 512)).toEqual({ width: 6, height: 512 });
    expect(fitLongSide({ width: 1, height: 4000 }, 64)).toEqual({ width: 1, height: 64 });
  });

  it("crops", () => {
    const image = createPlanar(4, 3);
    image.planes[0].set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...cropPlanar(image, 1, 1, 2, 2).planes[0]]).toEqual([5, 6, 9, 10]);
  });
});
