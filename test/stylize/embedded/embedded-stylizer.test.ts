import { describe, expect, it } from "vitest";

import { CancelledError } from "../../../src/errors.ts";
import { resizeLongSide } from "../../../src/images/resize.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { EmbeddedStylizer } from "../../../src/stylize/embedded/index.ts";
import { brushwork, cut, drawn, landscape, request, sample } from "./fixtures.ts";
import {
  contrast,
  edgeAgreement,
  formsIn,
  lightnessDistance,
  meanColour,
  patchDistance,
  toneAgreement,
} from "./measures.ts";

const stylizer = new EmbeddedStylizer();
const run = async (options: Parameters<typeof request>[0]): Promise<RgbImage> =>
  (await stylizer.stylize(request(options))).image;

describe("EmbeddedStylizer, inst", () => {
  it("gives the same bytes for the same seed, with one thread and with three", async () => {
    const reference = await stylizer.stylize(request());
    for (const threads of [1, 3]) {
      const other = await new EmbeddedStylizer({ threads }).stylize(request());
      expect(Buffer.compare(other.image.data, reference.image.data)).toBe(0);
    }
    const otherSeed = await run({ seed: 2 });
    expect(Buffer.compare(otherSeed.data, reference.image.data)).not.toBe(0);
  });

  it("shows previews from coarse to fine and counts its steps", async () => {
    const previews: { image: RgbImage; step: number }[] = [];
    const progress: number[] = [];
    const result = await stylizer.stylize(request({ size: 200 }), {
      onPreview: (image, step) => previews.push({ image, step }),
      onProgress: (step) => progress.push(step),
    });
    expect(result.image).toMatchObject({ width: 200, height: 150 });
    expect(previews.length).toBeGreaterThanOrEqual(6);
    const widths = previews.slice(1).map(({ image }) => image.width);
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    for (const { image } of previews) expect(image.width / image.height).toBeCloseTo(4 / 3, 1);
    expect(progress).toEqual(Array.from({ length: result.steps }, (_, i) => i + 1));
  });

  it("goes further from the content, evenly, as strength grows", async () => {
    const agreement: number[] = [];
    for (const strength of [0, 0.25, 0.5, 0.75, 1]) {
      agreement.push(edgeAgreement(await run({ strength, size: 256 }), landscape(200, 150)));
    }
    for (const [i, value] of agreement.slice(1).entries()) {
      expect(agreement[i]! - value).toBeGreaterThan(0.02);
      expect(agreement[i]! - value).toBeLessThan(0.22);
    }
  });

  it("keeps the content's forms and takes the style's patches", async () => {
    const image = await run({});
    expect(edgeAgreement(image, landscape(200, 150))).toBeGreaterThan(0.2);
    const style = brushwork(160, 124);
    expect(patchDistance(image, style)).toBeLessThan(0.5 * patchDistance(landscape(160, 120), style));
  });

  it("leaves light places light and dark ones dark, whatever the style's own balance", async () => {
    const content = await sample("content/portrait");
    const night = await run({ content, style: await sample("style/night"), size: 256 });
    expect(toneAgreement(night, content)).toBeGreaterThan(0.84);
    const linocut = await run({ content, style: await sample("style/linocut"), size: 256, strength: 0.9 });
    expect(toneAgreement(linocut, content)).toBeGreaterThan(0.85);
  });

  it("keeps a face whole where the rest is taken apart", async () => {
    const content = await sample("content/portrait");
    const image = await run({ content, style: await sample("style/linocut"), size: 256, strength: 0.9 });
    const corners = [
      [0.31, 0.3],
      [0.7, 0.67],
    ] as const;
    const face = cut(image, ...corners);
    const original = cut(await resizeLongSide(content, 256), ...corners);
    expect(edgeAgreement(face, original)).toBeGreaterThan(0.28);
    expect(toneAgreement(face, original)).toBeGreaterThan(0.91);
  });

  it("does not paste whole objects of the style into a plain sky", async () => {
    const content = await sample("content/lighthouse");
    const style = await sample("style/village"); // its houses stand between the colours that the sky has
    for (const seed of [1, 2]) {
      const image = await run({ content, style, size: 256, strength: 0.8, seed });
      expect(formsIn(cut(image, [0, 0], [1, 0.2]))).toBeLessThan(7);
    }
  });

  it("does not copy a frame around the style", async () => {
    const framed = (inner: RgbImage): RgbImage =>
      drawn(inner.width, inner.height, (x, y) => {
        if (Math.min(x, y, inner.width - 1 - x, inner.height - 1 - y) < 12) return [255, 0, 255];
        const at = 3 * (y * inner.width + x);
        return [inner.data[at]!, inner.data[at + 1]!, inner.data[at + 2]!];
      });
    const image = await run({ style: framed(brushwork(220, 170)) });
    let magenta = 0;
    for (let i = 0; i < image.data.length; i += 3) {
      if (image.data[i]! > image.data[i + 1]! + 60 && image.data[i + 2]! > image.data[i + 1]! + 60) magenta++;
    }
    expect(magenta / (image.data.length / 3)).toBeLessThan(0.002);
  });

  it("stops within 250 ms when it is cancelled", async () => {
    const controller = new AbortController();
    let cancelledAt = 0;
    const work = stylizer.stylize(request({ size: 512 }), {
      signal: controller.signal,
      onProgress: (step) => {
        if (step !== 3) return;
        cancelledAt = performance.now();
        controller.abort();
      },
    });
    await expect(work).rejects.toBeInstanceOf(CancelledError);
    expect(performance.now() - cancelledAt).toBeLessThan(250 + 250); // the second half for a busy machine
  });
});

describe("EmbeddedStylizer, awkward pictures", () => {
  const flat = (width: number, height: number): RgbImage => drawn(width, height, () => [120, 60, 200]);
  const noise = drawn(64, 64, (x, y) => [(x * 97 + y * 31) % 256, (x * 13 + y * 57) % 256, (x * y) % 256]);

  it.each([
    ["a style of 16 x 16", { style: brushwork(16, 16) }, 160, 120],
    ["a style of 64 x 64", { style: noise }, 160, 120],
    ["a style of one colour", { style: flat(200, 100) }, 160, 120],
    ["a content of one colour", { content: flat(200, 100) }, 160, 80],
    ["a tall, narrow content", { content: landscape(24, 400) }, 10, 160],
    ["a wide, low style", { style: brushwork(600, 20) }, 160, 120],
    ["a size of 64", { size: 64 }, 64, 48],
    ["a tiny content", { content: landscape(20, 30) }, 40, 60],
    ["a single black pixel as style", { style: drawn(1, 1, () => [0, 0, 0]) }, 160, 120],
  ])("paints with %s", async (_, options, width, height) => {
    const image = await run(options);
    expect([image.width, image.height]).toEqual([width, height]);
    expect(image.data).toHaveLength(3 * width * height);
  });

  it.each([
    ["red", [200, 40, 40]],
    ["white", [255, 255, 255]],
    ["black", [0, 0, 0]],
  ] as const)("paints in shades of a style that is all %s", async (_, colour) => {
    const image = await run({ style: drawn(200, 100, () => colour) });
    expect(contrast(image)).toBeGreaterThan(0.05);
    expect(toneAgreement(image, landscape(200, 150))).toBeGreaterThan(0.8);
    const [, a, b] = meanColour(image);
    const [, styleA, styleB] = meanColour(drawn(1, 1, () => colour));
    expect(Math.hypot(a! - styleA!, b! - styleB!)).toBeLessThan(0.05);
  });

  it("keeps the forms of a thumbnail", async () => {
    const content = await sample("content/portrait");
    const image = await run({ content, style: await sample("style/village"), size: 64 });
    expect(edgeAgreement(image, content)).toBeGreaterThan(0.5);
  });

  it("leaves two-colour posters in their two colours", async () => {
    const poster = drawn(160, 160, (x, y) => (((x >> 5) + (y >> 5)) % 2 ? [240, 235, 220] : [200, 30, 30]));
    const image = await run({ style: poster });
    let odd = 0;
    for (let i = 0; i < image.data.length; i += 3) if (image.data[i]! < 150) odd++;
    expect(odd / (image.data.length / 3)).toBeLessThan(0.05);
    expect(lightnessDistance(image, landscape(200, 150))).toBeLessThan(0.35);
  });
});
