import { describe, expect, it } from "vitest";

import { seededRandom } from "../../../../src/random.ts";
import { chooseStyles } from "../../../../src/stylize/embedded/patch/style-choice.ts";

const GRID = { width: 40, height: 30 };
const plane = (costAt: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: GRID.width * GRID.height }, (_, i) => costAt(i % GRID.width, Math.floor(i / GRID.width)));
const shares = (chosen: Uint8Array, styles: number): number[] =>
  Array.from({ length: styles }, (_, style) => chosen.filter((each) => each === style).length / chosen.length);

describe("the styles of a blend", () => {
  it("get as many places as their weights say, where they fit best", () => {
    // The first fits the better the further left; it is dearer everywhere.
    const costs = [plane((x) => 5000 + 10 * x), plane((x) => 1000 - 10 * x)];
    for (const weight of [0.2, 0.5, 0.8]) {
      const chosen = chooseStyles(costs, [weight, 1 - weight], GRID, 0);
      expect(shares(chosen, 2)[0]).toBeCloseTo(weight, 2);
      for (let i = 0; i < chosen.length; i++) expect(chosen[i]).toBe(i % GRID.width < weight * GRID.width ? 0 : 1);
    }
  });

  it("share a picture by three", () => {
    const costs = [plane((x) => 40 * x), plane((_, y) => 60 * y), plane((x, y) => 3000 - 30 * (x + y))];
    for (const weights of [
      [1 / 3, 1 / 3, 1 / 3],
      [0.5, 0.25, 0.25],
      [0.1, 0.1, 0.8],
    ]) {
      const got = shares(chooseStyles(costs, weights, GRID, 0), 3);
      for (const [i, weight] of weights.entries()) expect(Math.abs(got[i]! - weight)).toBeLessThan(0.03);
    }
  });

  it("have areas and not single places", () => {
    const random = seededRandom(1);
    const noise = [plane(() => 1000 * random()), plane(() => 1000 * random())];
    const borders = (sigma: number): number => {
      const chosen = chooseStyles(noise, [0.5, 0.5], GRID, sigma);
      return chosen.reduce((sum, style, i) => sum + (i % GRID.width > 0 && chosen[i - 1] !== style ? 1 : 0), 0);
    };
    expect(borders(3)).toBeLessThan(0.5 * borders(0));
  });
});
