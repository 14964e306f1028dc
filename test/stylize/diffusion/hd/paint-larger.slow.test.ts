/** HD by a tiny pipeline, from a picture that it painted: composition, seams, style paths, progress, and being stopped. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { rgbToOklab } from "../../../../src/images/oklab.ts";
import { type Plane, resizePlanar } from "../../../../src/images/plane.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import { DEFAULT_SETTINGS } from "../../../../src/painting.ts";
import { DiffusionStylizer, type StylizerOptions } from "../../../../src/stylize/diffusion/diffusion.ts";
import type { StylizeInput } from "../../../../src/stylize/stylizer.ts";
import { openPipeline, type Pipeline } from "../pipeline.ts";
import { contouredStyleShot } from "../styleshot-place.ts";

const picture = (width: number, height: number, phase: number): RgbImage => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => 128 + 100 * Math.sin(i / 50 + phase)),
});

const input = (content: RgbImage, settings: Partial<StylizeInput["settings"]>): StylizeInput => ({
  content,
  style: picture(50, 70, 1),
  contentSha256: "c".repeat(64),
  styleSha256: "5".repeat(64),
  variant: "image-prompt",
  description: "bold black outlines",
  settings: { ...DEFAULT_SETTINGS, seed: 3, steps: 6, ...settings },
});

let pipeline: Pipeline;
let finished: RgbImage;
const open = (options: StylizerOptions = {}): DiffusionStylizer =>
  new DiffusionStylizer(pipeline.networks, pipeline.tokenizer, { window: { side: 8, overlap: 2 }, ...options });
const larger = (
  settings: Partial<StylizeInput["settings"]> = {},
  changes: Partial<StylizeInput> = {},
): StylizeInput => ({
  ...input(finished, { size: 128, stylePath: "adain", hd: true, ...settings }),
  ...changes,
});

beforeAll(async () => {
  pipeline = await openPipeline("tiny-v1");
  const painted = await open().stylize(input(picture(70, 60, 0), { size: 64, stylePath: "adain" }));
  finished = painted.image;
});
afterAll(() => pipeline.sessions.release());

const lightness = (image: RgbImage): Plane => rgbToOklab(image).planes[0];
const distance = (one: Plane, other: Plane): number =>
  one.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / one.length;

describe("HD by Stable Diffusion", () => {
  it("is twice as large, finer, and made small again the picture that it was", async () => {
    const { image } = await open().stylize(larger());
    expect([image.width, image.height]).toEqual([128, 128]);
    // As both are seen from a little further away, half their size: lightness, of 1. Another seed's picture is several times as far.
    const seen = { width: 32, height: 32 };
    const off = (other: RgbImage): number =>
      distance(resizePlanar(rgbToOklab(other), seen).planes[0], resizePlanar(rgbToOklab(finished), seen).planes[0]);
    const other = await open().stylize(input(picture(70, 60, 0), { size: 64, stylePath: "adain", seed: 4 }));
    expect(off(image)).toBeLessThan(0.01);
    expect(off(other.image)).toBeGreaterThan(0.03);
    const enlarged = resizePlanar(rgbToOklab(finished), image).planes[0];
    expect(distance(lightness(image), enlarged)).toBeGreaterThan(0.005);
  });

  it.each([
    ["adain", "image-prompt", null],
    ["attention", "image-prompt", "attention"],
    ["attention", "inst", "attention"],
    ["auto", "prompt", null],
  ] as const)("by the style path %s of %s brings in the style by: %s", async (stylePath, variant, expected) => {
    const encoded = vi.spyOn(pipeline.networks, "encodePicture");
    const result = await open().stylize(larger({ stylePath }, { variant }));
    const shapes = encoded.mock.calls.map(([{ shape }]) => shape.slice(2).join("x"));
    encoded.mockRestore();
    expect(result).toMatchObject({ stylePath: expected, steps: 2, guidance: variant === "inst" ? null : 7 });
    // Pictures are never encoded whole, and the style only where attention looks at it.
    expect(new Set(shapes)).toEqual(new Set(["64x64"]));
    expect(shapes).toHaveLength(9 + (expected === null ? 0 : 1));
  });

  it("takes a style in by StyleShot, without contours: the picture has its own", async () => {
    const painter = open({ findAdapter: async () => contouredStyleShot(pipeline.folder) });
    const result = await painter.stylize(larger({ stylePath: "styleshot" }));
    expect(result).toMatchObject({ stylePath: "styleshot", guidance: 7 });
    expect(result.contours).toBeUndefined();
  });

  it("counts each window, shows previews of the whole, and paints the same again by the same seed", async () => {
    const [told, previews]: [string[], RgbImage[]] = [[], []];
    const once = await open().stylize(larger(), {
      onProgress: (step, of) => told.push(`${step} of ${of}`),
      onPreview: (image) => previews.push(image),
    });
    expect(told).toEqual(Array.from({ length: 28 }, (_, i) => `${i + 1} of 28`));
    expect(previews.map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [64, 64],
    ]);
    const again = await open().stylize(larger());
    expect(Buffer.compare(again.image.data, once.image.data)).toBe(0);
    const other = await open().stylize(larger({ seed: 4 }));
    expect(Buffer.compare(other.image.data, once.image.data)).not.toBe(0);
  });

  it.each([3, 15])("stops after piece %d when it is cancelled", async (last) => {
    const controller = new AbortController();
    let told = 0;
    const work = open().stylize(larger(), {
      signal: controller.signal,
      onProgress: (step) => {
        told = step;
        if (step === last) controller.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ name: "CancelledError" });
    expect(told).toBe(last);
  });
});
