import { expect, it } from "vitest";

import { rgbToOklab } from "../../src/images/oklab.ts";
import type { Plane } from "../../src/images/plane.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { seededRandom } from "../../src/random.ts";
import { inColoursOf } from "../../src/study/controls.ts";

/** Noise of these grey levels, red shifted. */
function noise(seed: number, low: number, high: number, red: number): RgbImage {
  const random = seededRandom(seed);
  const side = 32;
  const data = Uint8Array.from(
    { length: 3 * side * side },
    (_, i) => low + (high - low) * random() + (i % 3 ? 0 : red),
  );
  return { width: side, height: side, data };
}

const momentsOf = (plane: Plane): readonly [number, number] => {
  const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
  return [mean, Math.sqrt(plane.reduce((sum, value) => sum + (value - mean) ** 2, 0) / plane.length)];
};

it("a colour transfer has the style's means and deviations, and the content's order of tones", () => {
  const [content, style] = [noise(1, 100, 140, 0), noise(2, 60, 160, 40)];
  const moved = rgbToOklab(inColoursOf(content, style));
  const wanted = rgbToOklab(style);
  for (const [i, plane] of moved.planes.entries()) {
    const [mean, deviation] = momentsOf(plane);
    const [toMean, toDeviation] = momentsOf(wanted.planes[i]!);
    expect(mean).toBeCloseTo(toMean, 2);
    expect(deviation).toBeCloseTo(toDeviation, 2);
  }
});

it("a content of one colour takes the style's mean colour", () => {
  const plain: RgbImage = { width: 2, height: 2, data: new Uint8Array(12).fill(90) };
  const [first, ...others] = rgbToOklab(inColoursOf(plain, noise(3, 60, 160, 0))).planes[0];
  expect(others.every((value) => value === first)).toBe(true);
  expect(first).toBeCloseTo(momentsOf(rgbToOklab(noise(3, 60, 160, 0)).planes[0])[0], 2);
});
