import { describe, expect, it } from "vitest";

import { oklabToRgb, oklabToSrgb, rgbToOklab, rgbToOklabSized, srgbToOklab } from "../../src/images/oklab.ts";

describe("OKLab", () => {
  it("agrees with Ottosson's published values", () => {
    // From the table in "A perceptual color space for image processing": red, blue and white of sRGB.
    const cases = [
      [[255, 0, 0], 0.62796, 0.22486, 0.12585],
      [[0, 0, 255], 0.45201, -0.03246, -0.31153],
      [[255, 255, 255], 1, 0, 0],
    ] as const;
    for (const [[r, g, b], L, A, B] of cases) {
      const lab = srgbToOklab(r, g, b);
      expect(lab[0]).toBeCloseTo(L, 4);
      expect(lab[1]).toBeCloseTo(A, 4);
      expect(lab[2]).toBeCloseTo(B, 4);
      expect(oklabToSrgb(lab)).toEqual([r, g, b]);
    }
  });

  it("returns every byte colour of a coarse cube unchanged, with any chroma gain", () => {
    const steps = [0, 1, 2, 9, 64, 127, 128, 200, 254, 255];
    const bytes = steps.flatMap((r) => steps.flatMap((g) => steps.flatMap((b) => [r, g, b])));
    const image = { width: 10, height: 100, data: Uint8Array.from(bytes) };
    expect(oklabToRgb(rgbToOklab(image)).data).toEqual(image.data);
    expect(oklabToRgb(rgbToOklab(image, 2), 2).data).toEqual(image.data);
  });

  it("averages in linear light when it shrinks a lot", () => {
    const data = new Uint8Array(64 * 64 * 3);
    for (let i = 0; i < 64 * 64; i++) data.fill((i + (i >> 6)) % 2 ? 255 : 0, 3 * i, 3 * i + 3);
    const small = oklabToRgb(rgbToOklabSized({ width: 64, height: 64, data }, { width: 16, height: 16 }));
    expect(new Set(small.data)).toEqual(new Set([188]));
  });
});
