/** The describer without weights, on drawn pictures and (where present) on real ones. */
import { existsSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { measureMedium } from "../../../src/caption/palette/medium-measures.ts";
import { MEDIUM_WORDS, mediumOf } from "../../../src/caption/palette/medium.ts";
import { PaletteDescriber } from "../../../src/caption/palette/palette-describer.ts";
import { CancelledError } from "../../../src/errors.ts";
import { COLOUR_NAMES } from "../../../src/images/colour-names.ts";
import { rgbToOklab } from "../../../src/images/oklab.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { parseStyle } from "../../../src/stylize/embedded/steering/steering.ts";
import {
  chalk,
  engraving,
  facets,
  impasto,
  linesOnDark,
  marksOnPaper,
  mosaic,
  photograph,
  poster,
  redChalk,
  smallStones,
  smoothOil,
  watercolour,
  windowAtNight,
} from "./media.ts";
import { draw, fields, grey, paintedGrid, penDrawing, starryNight, stripes, woodcut } from "./pictures.ts";

const describer = new PaletteDescriber();
const wordsOf = (image: RgbImage) => describer.describe({ image, sha256: "" });
const read = async (file: string): Promise<RgbImage> => {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};
const named = (name: string) => COLOUR_NAMES.find((colour) => colour.name === name)!;

describe("palette", () => {
  it("names the colours by share, and the parser gets them back", async () => {
    const shares = [
      { colour: named("navy"), share: 0.5 },
      { colour: named("ochre"), share: 0.3 },
      { colour: named("cream"), share: 0.2 },
    ];
    const text = await wordsOf(fields(shares));
    expect(text).toContain("dominated by navy, with ochre and cream");
    const { palette } = parseStyle(text);
    expect(palette.map(({ name }) => name)).toEqual(["navy", "ochre", "cream"]);
    palette.forEach((colour, i) => {
      expect(Math.abs(colour.weight - shares[i]!.share)).toBeLessThan(0.12);
    });
  });

  it.each(COLOUR_NAMES.filter((_, i) => i % 5 === 0).map((colour) => [colour.name, colour] as const))(
    "a field of %s gets its name back",
    async (name, colour) => {
      const text = await wordsOf(fields([{ colour, share: 1 }]));
      expect(parseStyle(text).palette.map((found) => found.name)).toContain(name);
    },
  );

  it("names a star by its yellow, not by its pale rim", async () => {
    const text = await wordsOf(starryNight());
    expect(text).toMatch(/accents of (?:golden )?yellow/);
    expect(text).not.toContain("sand");
    expect(parseStyle(text).temperature.value).toBeLessThan(-0.3);
  });

  it("calls a grey picture monochrome", async () => {
    const text = await wordsOf(draw(120, 90, (x) => grey(x / 120)));
    expect(parseStyle(text).saturation).toMatchObject({ said: true, value: 0 });
  });
});

describe("medium", () => {
  it("calls a woodcut a woodcut, not thick brushwork", async () => {
    const text = await wordsOf(woodcut());
    expect(text).toContain("woodcut");
    expect(parseStyle(text).medium.value).toBe("woodcut");
    expect(parseStyle(text).contrast.value).toBeGreaterThan(0.7);
  });

  it("calls lines on one paper a drawing, and a painted grid a painting", async () => {
    expect(parseStyle(await wordsOf(penDrawing())).medium.value).toBe("ink");
    const grid = await wordsOf(paintedGrid());
    expect(grid).not.toMatch(/drawing|mosaic/);
    expect(grid).toContain("dark contour lines");
    expect(parseStyle(grid).outlines.value).toBeGreaterThan(0.6);
  });
});

describe("medium of pictures that are drawn as it is made", () => {
  it.each([
    ["line engraving", "ink", engraving],
    ["graphic poster", "poster", poster],
    ["mosaic", "mosaic", mosaic],
    ["chalk drawing", "pastel", chalk],
    ["watercolour", "watercolour", watercolour],
    ["chalk or pastel drawing on toned paper", "pastel", redChalk],
    ["white lines on a dark ground", "pastel", linesOnDark],
    ["smoothly modelled picture", "oil", photograph],
    ["thick, visible brushwork", "oil", impasto],
    ["smoothly blended oil painting", "oil", smoothOil],
  ] as const)("%s", async (words, medium, picture) => {
    const text = await wordsOf(picture());
    expect(text).toContain(words);
    expect(parseStyle(text).medium.value).toBe(medium);
  });

  it.each([
    ["pureColours", facets],
    ["pieces", smallStones],
    ["marksOnPaper", marksOnPaper],
    ["textured", () => impasto(0.07)],
    ["detailed", windowAtNight],
  ] as const)("%s, where a narrower word would be wrong", (medium, picture) => {
    expect(mediumOf(measureMedium(rgbToOklab(picture())))).toBe(medium);
  });

  it.each([
    ["linocut", /woodcut/, "woodcut"],
    ["ink", /ink/, "watercolour"],
    ["poster", /graphic poster/, "poster"],
    ["village", /thick, visible brushwork/, "oil"],
    ["river", /small dots or dabs/, "pointillism"],
  ] as const)("%s of the samples", async (name, words, medium) => {
    const text = await wordsOf(await read(`samples/style/${name}.jpg`));
    expect(text).toMatch(words);
    expect(parseStyle(text).medium.value).toBe(medium);
  });

  it.each(Object.entries(MEDIUM_WORDS))("the steering understands %s", (_, words) => {
    const { medium, readings } = parseStyle(`A ${words}.`);
    expect(medium.said).toBe(true);
    expect(readings.length).toBeGreaterThan(0);
  });
});

describe("direction, as a person sees it", () => {
  it.each([
    [0, "horizontal", 0],
    [45, "rising to the right", 45],
    [90, "vertical", 90],
    [135, "falling to the right", 135],
  ] as const)("stripes at %s degrees are %s", async (angle, words, parsed) => {
    const text = await wordsOf(stripes(angle));
    expect(text).toContain(words);
    expect(parseStyle(text).angle.value).toBe(parsed);
  });
});

describe("tones and light", () => {
  it("hears its own words on key, contrast and light", async () => {
    const dark = parseStyle(await wordsOf(draw(120, 120, (x) => grey(0.12 + x / 900))));
    expect(dark.key.value).toBeLessThan(0.35);
    expect(dark.contrast.value).toBeLessThan(0.35);
    expect(dark.light.value).toMatchObject({ x: 0, y: 0 });
    const lit = parseStyle(await wordsOf(draw(120, 120, (x) => grey(0.95 - x / 150))));
    expect(lit.light.value.x).toBe(-1);
    expect(lit.contrast.value).toBeGreaterThan(0.7);
  });
});

describe("as a StyleDescriber", () => {
  it("streams by sentence, each text a longer one, the last the whole", async () => {
    const texts: string[] = [];
    const whole = await describer.describe({ image: woodcut(), sha256: "" }, { onText: (text) => texts.push(text) });
    expect(texts).toHaveLength(3);
    expect(texts.at(-1)).toBe(whole);
    expect(texts.every((text, i) => i === 0 || text.startsWith(texts[i - 1]!))).toBe(true);
  });

  it("gives the same words every time, in under a second", async () => {
    const image = stripes(30);
    const before = process.cpuUsage();
    const first = await wordsOf(image);
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1e6).toBeLessThan(1);
    expect(await wordsOf(image)).toBe(first);
  });

  it("stops when it is cancelled", async () => {
    const signal = AbortSignal.abort(new CancelledError());
    await expect(describer.describe({ image: woodcut(), sha256: "" }, { signal })).rejects.toThrow(CancelledError);
  });

  it.each([
    [1, 1],
    [1, 400],
    [4000, 3],
  ])("describes %s by %s pixels", async (width, height) => {
    const text = await wordsOf(draw(width, height, () => grey(0.5)));
    expect(text).toContain("grey");
    expect(text).not.toContain("undefined");
  });
});

const styles = path.resolve("../shared/images/style");

describe.skipIf(!existsSync(styles))("on the shared style pictures (skipped where ../shared is absent)", () => {
  it.each([
    ["starry_night.jpg", /cool.*yellow.*flowing and curved/],
    ["the_scream.jpg", /warm.*flowing and curved/],
    ["shipwreck.jpg", /green.*golden yellow.*Light gathers in the centre/],
  ])("%s", async (file, pattern) => {
    const text = await wordsOf(await read(path.join(styles, file)));
    expect(text).toMatch(pattern);
    expect(parseStyle(text).medium.value).toBe("oil");
  });
});
