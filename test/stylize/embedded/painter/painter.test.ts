/** The painter: words change the picture, the content stays, and the same seed gives the same pixels. */
import { describe, expect, it } from "vitest";

import { CancelledError } from "../../../../src/errors.ts";
import { hueOf } from "../../../../src/images/colour-names.ts";
import { rgbToOklab } from "../../../../src/images/oklab.ts";
import type { Plane } from "../../../../src/images/plane.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import { paint, type PaintOptions } from "../../../../src/stylize/embedded/painter/index.ts";
import { MEDIA, type Medium } from "../../../../src/stylize/embedded/steering/steering-parameters.ts";
import { parseStyle } from "../../../../src/stylize/embedded/steering/steering.ts";
import { correlation, distance, measure, scene } from "./scene.ts";

const content = scene(160, 120);
const painted = (words: string, options: Partial<PaintOptions> = {}): Promise<RgbImage> =>
  paint(content, parseStyle(words), { seed: 5, strength: 0.6, size: 160, ...options });

const WORDS: Readonly<Record<Medium, string>> = {
  oil: "oil painting",
  watercolour: "watercolour",
  pastel: "pastel drawing",
  pointillism: "pointillism",
  ink: "pen and ink",
  pencil: "pencil drawing",
  etching: "etching",
  woodcut: "woodcut",
  poster: "flat poster",
  mosaic: "mosaic",
  pixel: "pixel art",
};

describe.each(MEDIA)("%s", (medium) => {
  it("paints coarse to fine, keeps the content's light and dark, and repeats itself exactly", async () => {
    const previews: { image: RgbImage; done: number }[] = [];
    const progress: number[] = [];
    const image = await painted(WORDS[medium], {
      onPreview: (preview, done) => previews.push({ image: preview, done }),
      onProgress: (done) => progress.push(done),
    });
    expect(image).toMatchObject({ width: 160, height: 120 });
    expect(previews.length).toBeGreaterThanOrEqual(6);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(previews.every(({ image: { width, height } }) => width === 160 && height === 120)).toBe(true);
    expect(distance(previews[0]!.image, image)).toBeGreaterThan(distance(previews.at(-1)!.image, image));
    expect(correlation(content, image)).toBeGreaterThan(0.6);
    expect(Buffer.compare((await painted(WORDS[medium])).data, image.data)).toBe(0);
  });

  it("goes further from the content with strength", async () => {
    const distances: number[] = [];
    for (const strength of [0.2, 0.5, 0.8]) {
      distances.push(distance(content, await painted(`${WORDS[medium]} in ochre, navy and cream`, { strength })));
    }
    expect(distances[1]!).toBeGreaterThan(distances[0]!);
    expect(distances[2]!).toBeGreaterThan(distances[1]!);
  });
});

describe("words change the picture", () => {
  it.each([
    ["navy, steel blue and pale blue", 200, 290],
    ["ochre, rust and cream", 40, 100],
    ["emerald, dark green and mint", 125, 180],
    ["plum, magenta and pale pink", 320, 380],
  ])("palette of %s", async (words, from, to) => {
    const { a, b } = measure(await painted(`a palette of ${words}`));
    const hue = hueOf(a, b);
    expect((hue < from ? hue + 360 : hue) >= from && (hue < from ? hue + 360 : hue) <= to).toBe(true);
  });

  it("contrast, key, saturation and temperature", async () => {
    const of = async (words: string) => measure(await painted(words));
    expect((await of("strong contrast")).contrast).toBeGreaterThan((await of("soft contrast")).contrast + 0.15);
    expect((await of("bright, high-key tones")).L).toBeGreaterThan((await of("dark, low-key tones")).L + 0.15);
    expect((await of("warm")).b).toBeGreaterThan((await of("cool")).b + 0.02);
    const { a, b } = await of("monochrome");
    expect(Math.hypot(a, b)).toBeLessThan(0.012);
  });

  it("stroke width and length", async () => {
    // Large enough for a fine stroke to be finer than a broad one's last layer
    const large = scene(256, 192);
    const of = (words: string) => paint(large, parseStyle(words), { seed: 5, strength: 0.6, size: 256 });
    const [fine, broad] = [await of("very fine strokes"), await of("very broad strokes")];
    expect(distance(large, broad)).toBeGreaterThan(1.12 * distance(large, fine));
    expect(correlation(large, fine)).toBeGreaterThan(correlation(large, broad));
    const [short, long] = [await of("short strokes"), await of("long strokes")];
    expect(distance(short, long)).toBeGreaterThan(0.01);
  });

  it("outlines, and none", async () => {
    const [plain, outlined] = [await painted("no outlines"), await painted("thick dark outlines")];
    expect(measure(outlined).dark).toBeGreaterThan(2 * measure(plain).dark);
  });

  it("impasto and the way strokes run", async () => {
    const [flat, thick] = [await painted("smooth surface"), await painted("thick impasto, rough texture")];
    expect(measure(thick).fineness).toBeGreaterThan(measure(flat).fineness);
    const [across, upright] = [await painted("horizontal strokes"), await painted("vertical strokes")];
    expect(distance(across, upright)).toBeGreaterThan(0.01);
  });
});

describe("seed, cancel, odd input", () => {
  it("another seed gives another picture of the same thing", async () => {
    const [one, other] = [await painted("oil"), await painted("oil", { seed: 6 })];
    expect(distance(one, other)).toBeGreaterThan(0.005);
    expect(correlation(one, other)).toBeGreaterThan(0.9);
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const work = painted("oil", {
      signal: controller.signal,
      onPreview: () => controller.abort(new CancelledError()),
    });
    await expect(work).rejects.toThrow(CancelledError);
  });

  it.each([
    ["one colour", { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(128) }],
    ["black", { width: 64, height: 40, data: new Uint8Array(64 * 40 * 3) }],
    ["a thin strip", { width: 300, height: 20, data: new Uint8Array(300 * 20 * 3).fill(200) }],
  ])("paints %s in every medium", async (_, image) => {
    for (const medium of MEDIA) {
      const style = parseStyle(`${WORDS[medium]}, navy and gold, strong outlines`);
      const { data } = await paint(image, style, { seed: 1, strength: 1, size: 96 });
      expect(data.length % 3).toBe(0);
      expect(new Set(data).size).toBeGreaterThan(1);
    }
  });
});

describe("the described colours", () => {
  const vivid = "in vivid vermilion, ultramarine and golden yellow";

  it.each([
    ["oil", 0.76],
    ["watercolour", 0.76],
    ["pastel", 0.76],
    ["pointillism", 0.72],
    ["poster", 0.76],
    ["mosaic", 0.6], // grout is grey
    ["pixel", 0.76],
  ] as const)("keep their chroma in %s", async (medium, share) => {
    const { palette } = parseStyle(vivid);
    const named = palette.reduce((sum, { a, b, weight }) => sum + weight * Math.hypot(a, b), 0);
    const [, a, b] = rgbToOklab(await painted(`A ${WORDS[medium]} ${vivid}`)).planes;
    const chroma = a.reduce((sum, value, i) => sum + Math.hypot(value, b[i]!), 0) / a.length;
    expect(chroma).toBeGreaterThan(share * named);
  });

  it.each(["oil", "poster", "watercolour"] as const)("show an accent as a small part of a grey %s", async (medium) => {
    const grey = { ...content, data: content.data.map((_, i, data) => data[i - (i % 3) + 1]!) };
    const style = parseStyle(
      `A ${WORDS[medium]} dominated by navy, with slate blue and pale blue, accents of vermilion`,
    );
    const [, a, b] = rgbToOklab(await paint(grey, style, { seed: 5, strength: 0.6, size: 160 })).planes;
    const red = a.filter((value, i) => value > 0.1 && b[i]! > 0.04).length / a.length;
    expect(red).toBeGreaterThan(0.02);
    expect(red).toBeLessThan(0.15);
  });

  it("print a second colour beside the black of a woodcut", async () => {
    const [, a] = rgbToOklab(await painted("A woodcut in black, red and cream")).planes;
    expect(a.filter((value) => value > 0.08).length / a.length).toBeGreaterThan(0.1);
  });
});

describe("a painter's order", () => {
  const previewsOf = async (words: string): Promise<readonly RgbImage[]> => {
    const previews: RgbImage[] = [];
    const image = await painted(words, { onPreview: (preview) => previews.push(preview) });
    return [...previews, image];
  };

  it("is light to dark in watercolour", async () => {
    const looks = (await previewsOf("watercolour without lines")).map((look) => {
      const sorted = rgbToOklab(look).planes[0].toSorted();
      return sorted[Math.floor(0.1 * sorted.length)]!;
    });
    for (const [k, darks] of looks.slice(1).entries()) expect(darks).toBeLessThan(looks[k]! + 0.01);
    expect(looks.at(-1)).toBeLessThan(looks[0]! - 0.2);
  });

  it("is dark to light in oil", async () => {
    const looks = await previewsOf("oil painting, flat paint");
    const [first, last] = [looks[0]!, looks.at(-1)!].map((look) => rgbToOklab(look).planes[0]) as [Plane, Plane];
    const bounds = last.slice().sort();
    const missing = (from: number, to: number): number => {
      const low = bounds[Math.floor(from * (bounds.length - 1))]!;
      const high = bounds[Math.floor(to * (bounds.length - 1))]!;
      const there = last.map((value, i) => (value >= low && value <= high ? Math.abs(value - first[i]!) : -1));
      const counted = there.filter((value) => value >= 0);
      return counted.reduce((sum, value) => sum + value, 0) / counted.length;
    };
    expect(missing(0.75, 1)).toBeGreaterThan(1.2 * missing(0, 0.25));
  });
});
