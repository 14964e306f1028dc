/** HD by the embedded engine: the picture that it was, sharper, by the style's strokes or by its own. */
import { describe, expect, it } from "vitest";

import { rgbToOklab } from "../../../src/images/oklab.ts";
import { type PlanarImage, resizePlanar, type Size } from "../../../src/images/plane.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { EmbeddedStylizer } from "../../../src/stylize/embedded/index.ts";
import type { StylizeInput } from "../../../src/stylize/stylizer.ts";
import { landscape, request, sample } from "./fixtures.ts";

const stylizer = new EmbeddedStylizer();

/** Mean difference of lightness, of 1, as both are seen at a size. */
function off(one: RgbImage, other: RgbImage, seen: Size): number {
  const [a, b] = [one, other].map((image) => resizePlanar(rgbToOklab(image), seen).planes[0]) as [
    Float32Array,
    Float32Array,
  ];
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

const half = ({ width, height }: Size): Size => ({ width: Math.round(width / 2), height: Math.round(height / 2) });

/** Mean difference of lightness from a pixel to the next. */
function sharpness({ width, planes: [lightness] }: PlanarImage): number {
  let sum = 0;
  for (let i = 1; i < lightness.length; i++) if (i % width !== 0) sum += Math.abs(lightness[i]! - lightness[i - 1]!);
  return sum / lightness.length;
}

type Way = Partial<Pick<StylizeInput, "variant" | "description">> & { readonly keepColors?: boolean };

/** By the style's strokes, of which a little of what is finest in a picture gives way; and by its own marks, where nothing does. */
const WAYS: Readonly<Record<string, readonly [way: Way, most: number]>> = {
  "the style image": [{}, 0.03],
  "the style image, in its own colours": [{ keepColors: true }, 0.012],
  "a description alone": [
    { variant: "prompt", description: "an ink drawing with bold hatching on cream paper" },
    0.012,
  ],
  "words for another medium": [
    { variant: "image-prompt", description: "a mosaic of small tiles in blue and gold" },
    0.01,
  ],
};

const painted = async (way: Way, content: RgbImage, settings: Partial<StylizeInput["settings"]>): Promise<RgbImage> => {
  const { keepColors = false, ...rest } = way;
  const asked = request({ content, style: await sample("style/night") });
  return (await stylizer.stylize({ ...asked, ...rest, settings: { ...asked.settings, keepColors, ...settings } }))
    .image;
};

describe("HD by the embedded engine", () => {
  it.each(Object.entries(WAYS))(
    "of a picture by %s is sharper, and the picture that it was",
    async (_, [way, most]) => {
      const finished = await painted(way, await sample("content/portrait"), { size: 128 });
      const hd = await painted(way, finished, { size: 256, hd: true });
      expect([hd.width, hd.height]).toEqual([2 * finished.width, 2 * finished.height]);
      expect(sharpness(rgbToOklab(hd))).toBeGreaterThan(1.1 * sharpness(resizePlanar(rgbToOklab(finished), hd)));
      expect(off(hd, finished, finished)).toBeLessThan(most);
      expect(off(hd, finished, half(finished))).toBeLessThan(0.007);
    },
  );

  it("is nearer to its picture than another seed's", async () => {
    const content = await sample("content/portrait");
    const [finished, other] = [
      await painted({}, content, { size: 128 }),
      await painted({}, content, { size: 128, seed: 9 }),
    ];
    expect(off(other, finished, half(finished))).toBeGreaterThan(0.01);
  });

  it("paints the same by the same seed, counts its steps, shows previews, and stops when it is told to", async () => {
    const asked = request({ content: landscape(96, 72), style: await sample("style/night") });
    const input = { ...asked, settings: { ...asked.settings, size: 192, hd: true } };
    const [told, previews]: [string[], RgbImage[]] = [[], []];
    const once = await stylizer.stylize(input, {
      onProgress: (step, of) => told.push(`${step} of ${of}`),
      onPreview: (image) => previews.push(image),
    });
    expect(told).toEqual(["1 of 4", "2 of 4", "3 of 4", "4 of 4"]);
    expect(previews.map(({ width }) => width)).toEqual([192, 192, 192]);
    const again = await new EmbeddedStylizer({ threads: 1 }).stylize(input);
    expect(Buffer.compare(again.image.data, once.image.data)).toBe(0);
    const controller = new AbortController();
    const work = stylizer.stylize(input, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ name: "CancelledError" });
  });

  it("paints what is hardly larger than a patch", async () => {
    const tiny: RgbImage = { width: 64, height: 3, data: new Uint8Array(64 * 3 * 3).fill(90) };
    const asked = request({ content: tiny });
    const { image } = await stylizer.stylize({ ...asked, settings: { ...asked.settings, size: 128, hd: true } });
    expect([image.width, image.height]).toEqual([128, 6]);
  });
});
