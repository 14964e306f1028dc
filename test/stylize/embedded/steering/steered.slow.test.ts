import { describe, expect, it } from "vitest";

import { PaletteDescriber } from "../../../../src/caption/palette/palette-describer.ts";
import type { RgbImage } from "../../../../src/images/rgb-image.ts";
import { EmbeddedStylizer } from "../../../../src/stylize/embedded/index.ts";
import { brushwork, drawn, request, sample } from "../fixtures.ts";
import { contrast, darkShare, edgeAgreement, meanColour, strokeBorders, structureDistance } from "../measures.ts";

const stylizer = new EmbeddedStylizer();
const paint = async (description: string | null): Promise<RgbImage> =>
  (await stylizer.stylize(request({ description }))).image;

describe("EmbeddedStylizer, image-prompt", () => {
  it("stresses a little what words say of the style as it is", async () => {
    const description = await new PaletteDescriber().describe({ image: brushwork(220, 170), sha256: "style" });
    const [stressed, plain] = [await paint(description), await paint(null)];
    const difference = stressed.data.reduce((sum, value, i) => sum + Math.abs(value - plain.data[i]!), 0);
    const mean = difference / plain.data.length;
    expect(mean).toBeGreaterThan(2); // of 255: to be told apart side by side
    expect(mean).toBeLessThan(40); // another seed differs by as much
  });

  it("paints in a palette that is asked for", async () => {
    const plain = meanColour(await paint(null));
    const warm = meanColour(await paint("A warm red palette."));
    const cool = meanColour(await paint("A cool green palette."));
    expect(warm[1]).toBeGreaterThan(plain[1]! + 0.05);
    expect(cool[1]).toBeLessThan(plain[1]! - 0.03);
  });

  it("raises and lowers the contrast", async () => {
    const strong = contrast(await paint("Strong contrast."));
    const soft = contrast(await paint("Very soft, low contrast."));
    expect(strong).toBeGreaterThan(1.3 * soft);
  });

  it("changes the size of the strokes", async () => {
    const broad = strokeBorders(await paint("Broad strokes."));
    const fine = strokeBorders(await paint("Fine, thin strokes."));
    expect(fine).toBeGreaterThan(1.15 * broad);
  });

  it("draws contour lines where there are none, and takes away those that are there", async () => {
    const haze = drawn(200, 150, (x, y) => [150 + 40 * Math.sin(x / 30), 170 + 30 * Math.sin(y / 25), 190]);
    const hazy = async (description: string): Promise<RgbImage> =>
      (await stylizer.stylize(request({ style: haze, description }))).image;
    const drawnLines = darkShare(await hazy("Dark contour lines."), 0.4);
    const noLines = darkShare(await hazy("No outlines."), 0.4);
    expect(drawnLines).toBeGreaterThan(noLines + 0.01);

    const lines = darkShare(await paint(null), 0.3);
    const closed = darkShare(await paint("No outlines."), 0.3);
    expect(closed).toBeLessThan(0.85 * lines);
  });

  it("brightens and mutes", async () => {
    expect(meanColour(await paint("Bright, high-key tones."))[0]).toBeGreaterThan(
      meanColour(await paint("Dark, low-key tones."))[0]! + 0.05,
    );
  });
});

describe("EmbeddedStylizer, image-prompt beside inst", () => {
  it.each(["poster", "night"])(
    "has other strokes and lines than the style %s gives, not only other colours",
    async (name) => {
      const [content, style] = [await sample("content/lighthouse"), await sample(`style/${name}`)];
      const description = await new PaletteDescriber().describe({ image: style, sha256: name });
      const pair = { content, style, size: 128 };
      const plain = await stylizer.stylize(request({ ...pair, variant: "inst" }));
      const look = await stylizer.stylize(request({ ...pair, description }));
      expect(structureDistance(look.image, plain.image)).toBeGreaterThan(0.55);
      expect(edgeAgreement(look.image, content)).toBeGreaterThan(0.3);
    },
  );

  it("gives the same bytes for the same seed, on any number of threads", async () => {
    const words = { description: "A thick impasto oil painting with dark contour lines in navy and amber.", size: 96 };
    const [one, two] = [stylizer, new EmbeddedStylizer({ threads: 1 })].map((each) => each.stylize(request(words)));
    expect(Buffer.compare((await one!).image.data, (await two!).image.data)).toBe(0);
  });

  it("takes a member's own words for the medium and the hour", async () => {
    const plain = await paint(null);
    const cut = await paint("woodcut");
    expect(structureDistance(cut, plain)).toBeGreaterThan(0.7);
    const night = meanColour(await paint("at night"));
    const golden = meanColour(await paint("in golden light"));
    expect(night[0]).toBeLessThan(meanColour(plain)[0]! - 0.05);
    expect(golden[2]).toBeGreaterThan(night[2]! + 0.05);
  });
});

describe("EmbeddedStylizer, prompt", () => {
  it("does not look at the style image", async () => {
    const description = "A vivid oil painting with broad strokes in red and gold.";
    const one = await stylizer.stylize(request({ variant: "prompt", description }));
    const two = await stylizer.stylize(request({ variant: "prompt", description, style: brushwork(40, 40, 9) }));
    expect(Buffer.compare(one.image.data, two.image.data)).toBe(0);
  });
});
