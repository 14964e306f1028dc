/** The parser of style descriptions: words to parameters. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { hueOf } from "../../../../src/images/colour-names.ts";
import { NEUTRAL, type NumericParameter } from "../../../../src/stylize/embedded/steering/steering-parameters.ts";
import { parseStyle } from "../../../../src/stylize/embedded/steering/steering.ts";

const value = (text: string, name: NumericParameter) => parseStyle(text)[name].value;
const palette = (text: string) => parseStyle(text).palette.map(({ name }) => name);

describe("a description as a person types it", () => {
  const style = parseStyle("warm palette of ochre and rust, thick broken brushstrokes, strong contrast, dark outlines");

  it("gives the colours by weight", () => {
    expect(style.palette.map(({ name }) => name)).toEqual(["ochre", "rust"]);
    expect(style.palette[0]!.weight).toBeGreaterThan(style.palette[1]!.weight);
    expect(style.palette[0]!.weight + style.palette[1]!.weight).toBeCloseTo(1);
  });

  it("gives the numbers, with the words that set them", () => {
    expect(style.temperature).toMatchObject({ said: true, words: ["warm palette"] });
    expect(style.temperature.value).toBeGreaterThan(0.5);
    expect(style.strokeWidth.value).toBeGreaterThan(0.7);
    expect(style.strokeLength.value).toBeLessThan(0.4);
    expect(style.contrast.value).toBeGreaterThan(0.7);
    expect(style.outlines.value).toBeGreaterThan(0.6);
    expect(style.outlineColour.value!.L).toBeLessThan(0.3);
  });

  it("says nothing about what was not said", () => {
    expect(style.medium.said).toBe(false);
    expect(style.impasto).toEqual({ value: NEUTRAL.impasto, said: false, words: [] });
    expect(style.key.said).toBe(false);
  });
});

describe("an adjective goes with its noun", () => {
  it.each([
    ["soft edges", "edgeHardness", 0, 0.3],
    ["soft contrast", "contrast", 0, 0.3],
    ["thick paint", "impasto", 0.8, 1],
    ["thick outlines", "outlines", 0.8, 1],
    ["thick brush strokes", "strokeWidth", 0.8, 1],
    ["The edges are hard, the strokes long", "strokeLength", 0.8, 1],
    ["The strokes are short and the edges soft", "strokeLength", 0, 0.25],
    ["dark tones", "key", 0, 0.3],
    ["swirling, flowing lines", "curvature", 0.8, 1],
    ["flat areas of colour", "flatness", 0.8, 1],
    ["vividly coloured", "saturation", 0.8, 1],
    ["high-key", "key", 0.8, 1],
    ["bold colours", "saturation", 0.8, 1],
    ["strokes, fine and short", "strokeWidth", 0, 0.2],
  ] as const)("%s: %s", (text, name, low, high) => {
    expect(value(text, name)).toBeGreaterThanOrEqual(low);
    expect(value(text, name)).toBeLessThanOrEqual(high);
    expect(parseStyle(text)[name].said).toBe(true);
  });
});

describe("negation, degree, order", () => {
  it.each([
    ["no outlines", "outlines", 0],
    ["painted without any texture", "texture", 0],
    ["no contrast", "contrast", 0.12],
    ["no shading or outlines", "outlines", 0],
    ["dark outlines, but no outlines", "outlines", 0],
  ] as const)("%s", (text, name, expected) => {
    expect(value(text, name)).toBeCloseTo(expected);
  });

  it("ends a negation at its clause", () => {
    expect(value("no outlines, strong contrast", "contrast")).toBeGreaterThan(0.7);
    expect(value("not only warm but bold", "temperature")).toBeGreaterThan(0.5);
    expect(palette("no blue, only red and gold")).toEqual(["red", "gold"]);
    expect(palette("navy and ochre without any blue")).toEqual(["ochre"]);
  });

  it("orders slightly, plain, very", () => {
    const values = ["slightly warm", "moderately warm", "warm", "very warm"].map((text) => value(text, "temperature"));
    expect(values).toEqual(values.toSorted((one, other) => one - other));
    expect(new Set(values).size).toBe(4);
    expect(value("less saturated colours", "saturation")).toBeLessThan(0.4);
  });

  it("lets later words win", () => {
    expect(value("warm colours. Make it cool", "temperature")).toBeLessThan(0);
    expect(parseStyle("an oil painting, no: a watercolour").medium.value).toBe("watercolour");
    expect(palette("red, green; only navy and white")).toEqual(["navy", "white"]);
  });
});

describe("colours", () => {
  it("reads British and American spelling, plurals and capitals alike", () => {
    expect(palette("Grey, Ochre")).toEqual(palette("GRAY, OCHER"));
    expect(value("vivid colours", "saturation")).toBe(value("vivid colors", "saturation"));
    expect(palette("blues and greens")).toEqual(["blue", "green"]);
  });

  it("applies modifiers to the colour that follows", () => {
    const [plain, dark, pale, vivid] = ["blue", "dark blue", "pale blue-green", "vivid blue"].map(
      (text) => parseStyle(text).palette[0]!,
    );
    expect(dark!.L).toBeLessThan(plain!.L - 0.1);
    expect(pale!.L).toBeGreaterThan(plain!.L + 0.1);
    expect(Math.hypot(vivid!.a, vivid!.b)).toBeGreaterThan(Math.hypot(plain!.a, plain!.b));
    expect(hueOf(pale!.a, pale!.b)).toBeGreaterThan(142);
    expect(hueOf(pale!.a, pale!.b)).toBeLessThan(257);
  });

  it("keeps accents small", () => {
    const style = parseStyle("mostly navy and slate with touches of gold and crimson");
    expect(style.palette.filter(({ accent }) => accent).map(({ name }) => name)).toEqual(["gold", "crimson"]);
    expect(parseStyle("ivory with red and gold accents").palette.filter(({ accent }) => accent)).toHaveLength(2);
    expect(style.palette.find(({ name }) => name === "gold")!.weight).toBeLessThan(0.15);
  });

  it("takes the colour of an outline for the outline's", () => {
    const style = parseStyle("cream and coral with thick navy outlines");
    expect(style.palette.map(({ name }) => name)).toEqual(["cream", "coral"]);
    expect(hueOf(style.outlineColour.value!.a, style.outlineColour.value!.b)).toBeCloseTo(265, 0);
  });

  it("understands groups of colours", () => {
    expect(palette("earthy tones").length).toBeGreaterThanOrEqual(4);
    expect(value("black and white", "saturation")).toBe(0);
    expect(value("pastel colours", "key")).toBeGreaterThan(0.7);
  });
});

describe("media", () => {
  it.each([
    ["An oil painting on canvas", "oil"],
    ["a loose watercolor wash", "watercolour"],
    ["pen and ink", "ink"],
    ["a charcoal sketch", "pencil"],
    ["a Japanese woodblock print", "poster"],
    ["linocut", "woodcut"],
    ["a copperplate engraving", "etching"],
    ["drawn in pastels", "pastel"],
    ["pointillist dots of colour", "pointillism"],
    ["flat vector poster", "poster"],
    ["stained glass", "mosaic"],
    ["8-bit pixel art", "pixel"],
    ["in the style of Van Gogh", "oil"],
    ["a watercolour painting", "watercolour"],
    ["charcoal grey and cream", null],
    ["nothing of the kind", null],
  ] as const)("%s: %s", (text, medium) => {
    expect(parseStyle(text).medium.value).toBe(medium);
  });

  it("knows directions as a person sees them", () => {
    expect(parseStyle("vertical strokes").angle.value).toBe(90);
    expect(parseStyle("strokes mostly diagonal, falling to the right").angle.value).toBe(135);
    expect(parseStyle("light comes from the left").light.value.x).toBe(-1);
    expect(parseStyle("a boat comes from the left").light.said).toBe(false);
  });
});

describe("any text at all", () => {
  it("never throws and stays within bounds", () => {
    const words = fc.constantFrom(
      "no",
      "very",
      "dark",
      "blue",
      "outlines",
      "and",
      ",",
      "soft",
      "accents of",
      "only",
      "strokes",
      ".",
      "less",
      "not",
      "pale",
      "of",
    );
    const prose = fc.array(words, { maxLength: 40 }).map((list) => list.join(" "));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string(), prose), (text) => {
        const style = parseStyle(text);
        for (const name of Object.keys(NEUTRAL) as NumericParameter[]) {
          const { value } = style[name];
          expect(value >= (name === "temperature" ? -1 : 0) && value <= 1).toBe(true);
        }
        const total = style.palette.reduce((sum, { weight }) => sum + weight, 0);
        expect(style.palette.length === 0 || Math.abs(total - 1) < 1e-6).toBe(true);
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(() => parseStyle("no blue ".repeat(50_000))).not.toThrow();
  });

  it("explains itself", () => {
    const { readings } = parseStyle("no outlines; vivid red");
    expect(readings.find(({ negated }) => negated)).toMatchObject({ words: "outlines", sets: { outlines: 0 } });
    expect(readings.some(({ colour }) => colour === "vivid red")).toBe(true);
  });
});
