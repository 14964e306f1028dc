/** What is found of mats, lettering and noise around and over pictures, and what is left alone. */
import { describe, expect, it } from "vitest";

import { rgbToOklabSized } from "../../../src/images/oklab.ts";
import { fitLongSide } from "../../../src/images/plane.ts";
import { resizeLongSide } from "../../../src/images/resize.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { slicedWasserstein } from "../../../src/judge/measures/sliced-wasserstein.ts";
import { EmbeddedStylizer } from "../../../src/stylize/embedded/index.ts";
import { grainOf, withoutGrain } from "../../../src/images/style-picture/grain.ts";
import { cleanStyle, type CleanStyle } from "../../../src/images/style-picture/index.ts";
import { brushwork, drawn, request, sample } from "../../stylize/embedded/fixtures.ts";
import { inMat, withGrain, withType, type MatOptions, type Presented } from "./presentations.ts";

const SAMPLES = ["ink", "linocut", "night", "poster", "river", "village"].map((name) => `style/${name}`);

const sized = (image: RgbImage): ReturnType<typeof rgbToOklabSized> =>
  rgbToOklabSized(image, fitLongSide(image, Math.min(512, Math.max(image.width, image.height))));

const small = async (name: string): Promise<RgbImage> => resizeLongSide(await sample(name), 260);

/** How well what was found agrees with what is the picture's own: shares of the added found, of the own lost. */
function judge({ image, own }: Presented): {
  readonly found: number;
  readonly lost: number;
  readonly clean: CleanStyle;
} {
  const whole = sized(image);
  const clean = cleanStyle(whole);
  const { margins, usable } = clean;
  let [added, found, owned, lost] = [0, 0, 0, 0];
  for (let y = 0; y < whole.height; y++) {
    for (let x = 0; x < whole.width; x++) {
      const [column, row] = [x - margins.left, y - margins.top];
      const isInside = column >= 0 && row >= 0 && column < clean.image.width && row < clean.image.height;
      const isUsable = isInside && usable[row * clean.image.width + column]! > 0;
      const at =
        Math.floor(((y + 0.5) * image.height) / whole.height) * image.width +
        Math.floor(((x + 0.5) * image.width) / whole.width);
      if (own[at] === 0) {
        added++;
        if (!isUsable) found++;
      } else {
        owned++;
        if (!isUsable) lost++;
      }
    }
  }
  return { found: added === 0 ? 1 : found / added, lost: lost / owned, clean };
}

/** Pixels that are cut from every picture, and the rim of a window. */
const RIM = 0.1;

const MATS: Readonly<Record<string, MatOptions>> = {
  plain: { colour: [205, 214, 205] },
  "wide, with bevel, shadow and caption": {
    widths: [0.25, 0.2, 0.25, 0.32],
    colour: [225, 225, 228],
    bevel: true,
    shadow: 0.4,
    caption: "LA CATEDRAL DE ROUEN",
  },
  "dark, uneven": { widths: [0.08, 0.1, 0.08, 0.16], colour: [60, 52, 50], bevel: true },
  oval: { oval: true, bevel: true, shadow: 0.4 },
  "oval, captioned": { oval: true, widths: [0.03, 0.03, 0.03, 0.2], colour: [150, 140, 120], caption: "LA SPERANTA" },
};

describe("cleanStyle", () => {
  it.each(["night", "poster", "river"])("finds the mats around %s", async (name) => {
    const picture = await small(`style/${name}`);
    for (const [kind, options] of Object.entries(MATS)) {
      const { found, lost } = judge(inMat(picture, options));
      expect({ kind, isFound: found > 0.97, isKept: lost < RIM }).toEqual({ kind, isFound: true, isKept: true });
    }
  });

  it("takes the caption off a print that has only a margin below", async () => {
    const margin: MatOptions = { widths: [0, 0, 0, 0.11], caption: "LA CATEDRAL DE ROUEN" };
    const { found, lost } = judge(inMat(await small("style/night"), margin));
    expect(found).toBeGreaterThan(0.97);
    expect(lost).toBeLessThan(RIM);
  });

  it("finds lettering over a picture's even edge, and covers it", () => {
    const sky = drawn(360, 260, (x, y) => [120 + 0.2 * y, 140 + 8 * Math.sin(x / 40), y > 150 ? 90 : 190]);
    const { found, lost, clean } = judge(withType(sky, "ATELIER DE PARIS", [0.2, 0.93], [20, 20, 20]));
    expect(found).toBeGreaterThan(0.95);
    expect(lost).toBeLessThan(RIM);
    const [L] = clean.image.planes;
    expect(Math.min(...L)).toBeGreaterThan(0.4); // no ink is left
  });

  it("finds lettering of one ink over a ground that is rough itself", () => {
    const rough = drawn(512, 384, (x, y) => [
      110 + 80 * Math.sin(x / 5) * Math.sin(y / 7),
      100 + 80 * Math.sin((x + 2 * y) / 6),
      90,
    ]);
    const { found, lost } = judge(withType(rough, "ATELIER DE PARIS", [0.1, 0.92], [250, 250, 250]));
    expect(found).toBeGreaterThan(0.9);
    expect(lost).toBeLessThan(RIM);
    expect(judge({ image: rough, own: new Uint8Array(512 * 384).fill(1) }).lost).toBeLessThan(0.04);
  });

  it.each(SAMPLES)("leaves %s as it is, but for a frame that it has", async (name) => {
    const image = await small(name);
    const own = new Uint8Array(image.width * image.height).fill(1);
    expect(judge({ image, own }).lost).toBeLessThan(name.endsWith("linocut") ? 0.13 : 0.04);
  });

  it("leaves figures on a ground, horizons and fields of colour", () => {
    const own = (image: RgbImage): Presented => ({
      image,
      own: new Uint8Array(image.width * image.height).fill(1),
    });
    const figure = drawn(200, 240, (x, y) =>
      Math.hypot((x - 100) / 60, (y - 90) / 70) < 1 || (y > 150 && Math.abs(x - 100) < y - 110)
        ? [60 + 40 * Math.sin(x / 3), 60, 70]
        : [240, 238, 230],
    );
    const sea = drawn(240, 180, (x, y) => (y < 60 ? [150, 180, 220] : [40 + 20 * Math.sin(x / 5 + y), 80, 110]));
    const squares = drawn(200, 200, (x, y) => {
      const depth = Math.min(x, y, 199 - x, 199 - y);
      return depth < 30 ? [200, 150, 40] : depth < 60 ? [190, 110, 30] : [170, 70, 30];
    });
    const shade = drawn(240, 180, (x) => [250 - x / 2, 250 - x / 2, 240 - x / 2]);
    for (const image of [figure, sea, squares, shade]) expect(judge(own(image)).lost).toBeLessThan(0.05);
  });

  it("has always a third of its picture to take patches from", () => {
    const page = drawn(200, 120, () => [245, 240, 230]);
    const { clean } = judge(withType(page, "ATELIER DE PARIS", [0.02, 0.5], [20, 20, 20], 0.07));
    expect(clean.usable.filter((value) => value > 0).length / clean.usable.length).toBeGreaterThan(1 / 3);
  });
});

describe("grain", () => {
  it("is measured and taken out, edges stay", () => {
    const plain = brushwork(400, 300);
    const noisy = sized(
      withGrain(
        drawn(400, 300, (x, y) => [90 + 60 * Math.sin(x / 30), 120, y > 150 ? 90 : 160]),
        14,
      ),
    );
    expect(grainOf(noisy)).toBeGreaterThan(0.02);
    expect(grainOf(withoutGrain(noisy))).toBe(0);
    expect(withoutGrain(sized(plain))).toEqual(sized(plain));
  });

  it("is found over what is rough itself", async () => {
    expect(grainOf(sized(withGrain(await sample("style/linocut"), 14)))).toBeGreaterThan(0.012);
  });

  it("is neither paper, canvas, pencil nor dots of paint", async () => {
    const wave = (x: number, y: number): number => Math.sin(x * 12.9898 + y * 78.233) * 43758.5453;
    const random = (x: number, y: number): number => wave(x, y) - Math.floor(wave(x, y));
    const textures = {
      canvas: drawn(300, 300, (x, y) => [150 + 25 * Math.sin(2.1 * x), 140 + 25 * Math.sin(2.1 * y), 120]),
      pencil: drawn(300, 300, (x, y) => {
        const tone = 250 - (y / 300) * 120 * random(x, y);
        return [tone, tone, tone];
      }),
      dots: drawn(300, 300, (x, y) => [
        120 + 120 * random(x >> 2, y >> 2),
        140 + 80 * random(y >> 2, x >> 2),
        150 * random(3 + (x >> 2), y >> 2),
      ]),
      paper: drawn(300, 300, (x, y) => {
        const tone = 225 + 18 * (random(x >> 1, y >> 1) - 0.5);
        return [tone, tone - 4, tone - 14];
      }),
    };
    for (const [kind, image] of Object.entries(textures)) expect([kind, grainOf(sized(image))]).toEqual([kind, 0]);
    for (const name of SAMPLES) expect([name, grainOf(sized(await sample(name)))]).toEqual([name, 0]);
  });
});

it("a style in an oval mat paints as the style alone does", async () => {
  const stylizer = new EmbeddedStylizer();
  const picture = brushwork(220, 170);
  const paint = async (style: RgbImage): Promise<RgbImage> => (await stylizer.stylize(request({ style }))).image;
  const alone = sized(await paint(picture));
  const inOval = sized(
    await paint(inMat(picture, { oval: true, bevel: true, shadow: 0.3, colour: [200, 40, 200] }).image),
  );
  expect(slicedWasserstein(inOval, alone, 1)).toBeLessThan(0.012);
});
