import { expect, it } from "vitest";

import { rgbToOklab } from "../../../src/images/oklab.ts";
import { inOwnChroma } from "../../../src/stylize/diffusion/own-chroma.ts";
import { drawn } from "../embedded/fixtures.ts";

it("lays the content's hues over the lightness that was painted", () => {
  const content = drawn(64, 48, (x) => (x < 32 ? [150, 90, 80] : [80, 100, 150]));
  const painted = drawn(128, 96, (_, y) => (y % 16 < 8 ? [60, 130, 60] : [110, 190, 110]));
  const { planes } = rgbToOklab(inOwnChroma(painted, content));
  const [lightness, a, b] = planes;
  const [was] = rgbToOklab(painted).planes;
  expect(Math.max(...lightness.map((value, i) => Math.abs(value - was[i]!)))).toBeLessThan(0.02);
  const [, ownA, ownB] = rgbToOklab(content).planes;
  for (const [x, own] of [
    [20, 10],
    [108, 54],
  ] as const) {
    const at = 40 * 128 + x;
    expect(Math.hypot(a[at]! - ownA[24 * 64 + own]!, b[at]! - ownB[24 * 64 + own]!)).toBeLessThan(0.02);
  }
});
