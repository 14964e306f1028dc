import { describe, expect, it } from "vitest";

import type { PlanarImage } from "../../../src/images/plane.ts";
import { coarseStructure } from "../../../src/judge/measures/coarse-structure.ts";
import { edgeCorrelation } from "../../../src/judge/measures/edges.ts";
import { facesKept } from "../../../src/judge/measures/faces.ts";
import { nearestPatchDistance } from "../../../src/judge/measures/nearest-patches.ts";
import { paletteDistance, slicedWasserstein } from "../../../src/judge/measures/sliced-wasserstein.ts";
import { grows, ladderOf } from "../../../src/judge/measures/strength-ladder.ts";
import { tonesLost } from "../../../src/judge/measures/tones-lost.ts";
import { seededRandom } from "../../../src/random.ts";

/** A grey picture whose lightness is given by a function. */
function grey(width: number, height: number, lightnessAt: (x: number, y: number) => number): PlanarImage {
  const at = (i: number): number => lightnessAt(i % width, Math.floor(i / width));
  const L = Float32Array.from({ length: width * height }, (_, i) => at(i));
  return { width, height, planes: [L, new Float32Array(L.length), new Float32Array(L.length)] };
}

const plain = (lightness: number): PlanarImage => grey(60, 40, () => lightness);
const noise = (seed: number, width = 60, height = 40): PlanarImage => {
  const random = seededRandom(seed);
  return grey(width, height, () => random());
};
const inverted = ({ width, height, planes: [L] }: PlanarImage): PlanarImage =>
  grey(width, height, (x, y) => 1 - L[y * width + x]!);

describe("the distance of palettes", () => {
  it("is nothing for the same colours elsewhere", () => {
    const image = grey(60, 40, (x) => x / 60);
    expect(paletteDistance(image, image)).toBe(0);
    expect(
      paletteDistance(
        image,
        grey(60, 40, (x) => (59 - x) / 60),
      ),
    ).toBeLessThan(0.01);
  });

  it("grows with the difference of two plain pictures, and is half of it", () => {
    const [near, far] = [0.3, 0.7].map((lightness) => paletteDistance(plain(0.2), plain(lightness)));
    expect(far! / near!).toBeCloseTo(5, 4);
    expect(far).toBeGreaterThan(0.2);
    expect(far).toBeLessThan(0.3);
  });

  it("of patches tells pictures of the same colours apart", () => {
    const [fine, broad] = [2, 20].map((length) => grey(60, 40, (x) => Math.floor((2 * x) / length) % 2));
    expect(paletteDistance(fine!, broad!)).toBeLessThan(0.02);
    expect(slicedWasserstein(fine!, broad!, 7)).toBeGreaterThan(0.1);
  });
});

describe("the distance to the nearest patches", () => {
  it("is nothing to the picture itself, and to one that holds it", () => {
    const image = noise(1);
    expect(nearestPatchDistance(image, image, 1)).toBe(0);
    expect(nearestPatchDistance(image, image, 1 / 2)).toBe(0);
  });

  it("is the root mean square difference where there is but one", () => {
    expect(nearestPatchDistance(plain(0.2), plain(0.5), 1)).toBeCloseTo(0.3 / Math.sqrt(3), 5);
    expect(nearestPatchDistance(noise(1), noise(2), 1)).toBeGreaterThan(0.05);
  });
});

it("edges agree with themselves, disagree when light and dark change places, and not at all with others", () => {
  const image = noise(1);
  expect(edgeCorrelation(image, image)).toBeCloseTo(1, 5);
  expect(edgeCorrelation(inverted(image), image)).toBeCloseTo(-1, 5);
  expect(Math.abs(edgeCorrelation(noise(2), image))).toBeLessThan(0.05);
  expect(edgeCorrelation(plain(0.5), image)).toBe(0);
});

describe("coarse structure", () => {
  /** Half as long as the pictures that its lengths are said of. */
  const half = (lightnessAt: (x: number, y: number) => number): PlanarImage => grey(256, 192, lightnessAt);
  const flat = half(() => 0.5);

  it("is the deviation of what passes the band", () => {
    const wave = half((x) => 0.5 + 0.1 * Math.sin((2 * Math.PI * x) / 16));
    const passed = (sigma: number): number => Math.exp(-2 * (Math.PI * (sigma / 32)) ** 2);
    const expected = (0.1 / Math.SQRT2) * (passed(4) - passed(16));
    const { all, added } = coarseStructure(wave, flat);
    expect(all / expected).toBeCloseTo(1, 1);
    expect(added / expected).toBeCloseTo(1, 1);
  });

  it("does not mind strokes that are finer, or light that is broader", () => {
    expect(
      coarseStructure(
        half((x, y) => ((x >> 1) + (y >> 1)) % 2),
        flat,
      ).all,
    ).toBeLessThan(0.003);
    expect(
      coarseStructure(
        half((x) => x / 256),
        flat,
      ).all,
    ).toBeLessThan(0.01);
  });

  it("counts only where the content is flat", () => {
    const content = half((x) => (x < 128 ? 0.5 : 0.5 + 0.4 * Math.sin(x / 3)));
    const disc = (centre: number): PlanarImage => half((x, y) => (Math.hypot(x - centre, y - 96) < 20 ? 0 : 0.5));
    expect(coarseStructure(disc(60), content).all).toBeGreaterThan(10 * coarseStructure(disc(210), content).all);
  });

  it("is not added where it is the content's, more or less strong", () => {
    const ripples = (contrast: number): PlanarImage => half((x) => 0.5 + contrast * Math.sin(x / 3));
    const across = half((_, y) => 0.5 + 0.1 * Math.sin(y / 3));
    const stronger = coarseStructure(ripples(0.1), ripples(0.04));
    expect(stronger.added).toBeLessThan(0.05 * stronger.all);
    const another = coarseStructure(across, ripples(0.04));
    expect(another.added).toBeGreaterThan(0.9 * another.all);
    const reversed = coarseStructure(ripples(-0.1), ripples(0.04));
    expect(reversed.added).toBeCloseTo(reversed.all, 5);
  });

  it("is the same for a picture half as large", () => {
    const wave = (unit: number): PlanarImage => grey(256 * unit, 192 * unit, (x) => Math.sin(x / unit / 6));
    const less = coarseStructure(
      wave(0.5),
      grey(128, 96, () => 0.5),
    ).all;
    expect(less / coarseStructure(wave(1), flat).all).toBeCloseTo(1, 1);
  });
});

describe("faces", () => {
  const face = { x: 40, y: 40, width: 60, height: 60, score: 1 };
  const features = (contrast: number, beyond = 1): PlanarImage =>
    grey(100, 100, (x, y) => 0.5 + (x > 15 && y > 15 ? contrast : beyond) * 0.3 * Math.sin(x) * Math.sin(1.3 * y));

  it("keep their contrast in shares, whatever happens around them", () => {
    const kept = facesKept(features(0.5, 0), features(1), [face], { width: 200, height: 200 })!;
    expect(kept.contrast).toBeCloseTo(0.5, 1);
    expect(kept.likeness).toBeCloseTo(1, 1);
  });

  it("are no more alike when light and dark change places", () => {
    const kept = facesKept(features(-1), features(1), [face], { width: 200, height: 200 })!;
    expect(kept.contrast).toBeCloseTo(1);
    expect(kept.likeness).toBeCloseTo(-1);
  });

  it("are nothing to measure where there are none", () => {
    expect(facesKept(features(1), features(1), [], { width: 200, height: 200 })).toBeNull();
  });
});

it("tones are lost where neither content nor style has as much black or white", () => {
  const halves = (left: number, right: number): PlanarImage => grey(60, 40, (x) => (x < 30 ? left : right));
  const [content, style] = [plain(0.5), halves(0.05, 0.5)];
  expect(tonesLost({ result: halves(0.05, 0.99), content, style: content })).toEqual({ crushed: 0.5, washed: 0.5 });
  expect(tonesLost({ result: halves(0.05, 0.99), content, style })).toEqual({ crushed: 0, washed: 0.5 });
});

it("strength shows in colours and edges that leave the content", () => {
  const content = noise(1);
  const towards = (share: number, from = noise(2)): PlanarImage =>
    grey(60, 40, (x, y) => (1 - share) * content.planes[0][y * 60 + x]! + share * 0.5 * from.planes[0][y * 60 + x]!);
  const climb = (...shares: number[]) => ladderOf(shares.map((share) => ({ result: towards(share), content })));
  for (const rungs of Object.values(climb(0.2, 0.6, 1))) expect(grows(rungs)).toBe(true);
  for (const rungs of Object.values(climb(0.6, 0.2, 1))) expect(grows(rungs)).toBe(false);
});
