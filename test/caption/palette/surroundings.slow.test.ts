/** Mats and captions are not described. */
import { describe, expect, it } from "vitest";

import { PaletteDescriber } from "../../../src/caption/palette/palette-describer.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { inMat, type MatOptions } from "../../images/style-picture/presentations.ts";
import { impasto } from "./media.ts";

const wordsOf = (image: RgbImage) => new PaletteDescriber().describe({ image, sha256: "" });

describe("what surrounds a picture", () => {
  const mats: readonly (readonly [string, MatOptions])[] = [
    ["a mat with a caption", { colour: [60, 190, 70], widths: [0.2, 0.2, 0.2, 0.3], caption: "LA CATEDRAL" }],
    ["an oval mat", { colour: [60, 190, 70], oval: true, bevel: true }],
  ];

  it.each(mats)("%s is not described", async (_, options) => {
    const [bare, presented] = await Promise.all([wordsOf(impasto()), wordsOf(inMat(impasto(), options).image)]);
    expect(bare).toContain("thick, visible brushwork");
    expect(presented).toContain("thick, visible brushwork");
    expect(presented).not.toMatch(/green|emerald|mint|lime/);
  });
});
