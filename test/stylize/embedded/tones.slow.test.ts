import { describe, expect, it } from "vitest";

import { resizeLongSide } from "../../../src/images/resize.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { EmbeddedStylizer } from "../../../src/stylize/embedded/index.ts";
import { brushwork, drawn, landscape, request, sample } from "./fixtures.ts";
import { darkShare, detailLeft, edgeAgreement, paletteDistance, patchDistance } from "./measures.ts";

const stylizer = new EmbeddedStylizer();
const run = async (options: Parameters<typeof request>[0]): Promise<RgbImage> =>
  (await stylizer.stylize(request(options))).image;

describe("colours", () => {
  it.each([
    ["lighthouse", "village"],
    ["portrait", "night"],
    ["still-life", "poster"],
  ])("go from the content's to the style's as strength grows: %s, %s", async (contentName, styleName) => {
    const content = await resizeLongSide(await sample(`content/${contentName}`), 128);
    const style = await resizeLongSide(await sample(`style/${styleName}`), 128);
    const whole = paletteDistance(content, style);
    const fromContent: number[] = [];
    const toStyle: number[] = [];
    for (const strength of [0, 0.2, 0.6, 1]) {
      const image = await run({ content, style, strength, size: 128 });
      fromContent.push(paletteDistance(image, content) / whole);
      toStyle.push(paletteDistance(image, style) / whole);
    }
    expect(fromContent).toEqual(fromContent.toSorted((a, b) => a - b));
    expect(toStyle).toEqual(toStyle.toSorted((a, b) => b - a));
    expect(fromContent[1]).toBeLessThan(0.5);
    expect(toStyle[2]).toBeLessThan(0.4);
    expect(toStyle[3]).toBeLessThan(0.35);
  });
});

describe("tones", () => {
  const sheet = (paper: number, ink: number): RgbImage =>
    drawn(160, 120, (x, y) => {
      const value = Math.hypot(x - 40, y - 40) < 12 ? ink : paper + ((x * 7 + y * 13) % 5);
      return [value, value, value];
    });

  it.each([
    ["nearly white", sheet(245, 20)],
    ["nearly black", sheet(6, 250)],
  ])("are not lost where a style is %s all over", async (_, style) => {
    const content = landscape(200, 150);
    const image = await run({ content, style, size: 200 });
    expect(detailLeft(image, content, 0, 1)).toBeGreaterThan(0.12);
    expect(edgeAgreement(image, content)).toBeGreaterThan(0.3);
  });

  it("are neither crushed nor washed out by more than content and style are", async () => {
    const content = await sample("content/portrait");
    for (const name of ["style/night", "style/linocut"]) {
      const style = await sample(name);
      const image = await run({ content, style, size: 192 });
      const own = await Promise.all([content, style].map((picture) => resizeLongSide(picture, 192)));
      const most = (share: (picture: RgbImage) => number): number => Math.max(...own.map(share)) + 0.02;
      expect(darkShare(image, 0.08)).toBeLessThan(most((picture) => darkShare(picture, 0.08)));
      expect(1 - darkShare(image, 0.97)).toBeLessThan(most((picture) => 1 - darkShare(picture, 0.97)));
    }
  });
});

describe("a picture that keeps its colours", () => {
  it.each([
    ["inst", null],
    ["image-prompt", "Vivid orange and deep red, warm light, thick brushstrokes."],
    ["prompt", "An oil painting in vivid orange and deep red, warm light, thick brushstrokes."],
  ] as const)("has the content's palette and not the content's texture: %s", async (variant, description) => {
    const content = landscape(200, 150);
    const style = brushwork(220, 170);
    const asked = { content, style, variant, description, size: 200 };
    const kept = await run({ ...asked, keepColors: true });
    expect(paletteDistance(kept, content)).toBeLessThan(0.75 * paletteDistance(kept, style));
    expect(patchDistance(kept, content)).toBeGreaterThan(0.01);
    expect(edgeAgreement(kept, content)).toBeLessThan(0.97);
  });

  it("is painted the same again, and is not mixed up with one that does not", async () => {
    const engine = new EmbeddedStylizer();
    const asked = { size: 128 };
    const first = await engine.stylize(request({ ...asked, keepColors: true }));
    const other = await engine.stylize(request(asked));
    const again = await engine.stylize(request({ ...asked, keepColors: true }));
    expect(Buffer.compare(again.image.data, first.image.data)).toBe(0);
    expect(Buffer.compare(other.image.data, first.image.data)).not.toBe(0);
  });
});
