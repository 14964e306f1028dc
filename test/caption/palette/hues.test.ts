/** No hue that covers much of a picture is left out of its description. */
import { existsSync } from "node:fs";
import path from "node:path";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { measureColours } from "../../../src/caption/palette/colours.ts";
import { hueDistance } from "../../../src/caption/palette/hues.ts";
import {
  COLOUR_NAMES,
  fromLch,
  nearestName,
  type LabColour,
  type NamedColour,
} from "../../../src/images/colour-names.ts";
import { rgbToOklab, rgbToOklabSized } from "../../../src/images/oklab.ts";
import { fitLongSide, type PlanarImage } from "../../../src/images/plane.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { seededRandom } from "../../../src/random.ts";
import { draw, fields } from "./pictures.ts";

/** Names paler than this have no hue to speak of. */
const HUED = 0.05;
const chroma = ({ a, b }: LabColour): number => Math.hypot(a, b);
const small = (image: RgbImage): PlanarImage => rgbToOklabSized(image, fitLongSide(image, 256));

/** Families of colour names within 20 degrees that cover over 8 % of the pixels and that nothing listed is near. */
function leftOut(image: PlanarImage): string[] {
  const { palette, accents } = measureColours(image);
  const listed = new Set([...palette, ...accents].map(({ name }) => name));
  const said = COLOUR_NAMES.filter(({ name }) => listed.has(name));
  const isNear = (one: LabColour, name: LabColour): boolean =>
    chroma(one) >= 0.03 && hueDistance(one, name) <= 30 && Math.abs(one.L - name.L) < 0.35;
  const [L, a, b] = image.planes;
  const counts = new Map<NamedColour, number>();
  for (let i = 0; i < L.length; i += 3) {
    const name = nearestName({ L: L[i]!, a: a[i]!, b: b[i]! });
    counts.set(name, (counts.get(name) ?? 0) + 3 / L.length);
  }
  const unsaid = [...counts].filter(
    ([name]) => chroma(name) >= HUED && !listed.has(name.name) && !said.some((one) => isNear(one, name)),
  );
  const family = (name: NamedColour): number =>
    unsaid
      .filter(([other]) => hueDistance(name, other) <= 20 && Math.abs(name.L - other.L) < 0.25)
      .reduce((sum, [, share]) => sum + share, 0);
  // A tenth above, because the describer looks at other pixels
  return unsaid.filter(([name]) => family(name) > 0.088).map(([name]) => name.name);
}

/** Fields of random colours, broken by flecks of others, as paint is. */
function drawnPalette(seed: number): RgbImage {
  const random = seededRandom(seed);
  const count = 3 + Math.floor(random() * 4);
  const colours = Array.from({ length: count }, () =>
    fromLch(0.3 + 0.6 * random(), 0.02 + 0.13 * random(), 360 * random()),
  );
  return draw(120, 90, (x) => {
    const own = Math.floor((x / 120) * count);
    const { L, a, b } = colours[random() < 0.8 ? own : Math.floor(random() * count)]!;
    return { L: L + 0.1 * (random() - 0.5), a: a + 0.03 * (random() - 0.5), b: b + 0.03 * (random() - 0.5) };
  });
}

describe("hues over 8 %", () => {
  it.each(["violet", "lavender", "sky blue", "turquoise", "mint", "mauve"])("%s beside many greys is named", (name) => {
    const colour = COLOUR_NAMES.find((candidate) => candidate.name === name)!;
    const greys = ["black", "charcoal", "grey", "taupe", "silver grey", "ivory"].map((grey) => ({
      colour: COLOUR_NAMES.find((candidate) => candidate.name === grey)!,
      share: 0.15,
    }));
    const { palette } = measureColours(rgbToOklab(fields([...greys, { colour, share: 0.1 }])));
    expect(palette.map((found) => found.name)).toContain(name);
    expect(palette.length).toBeLessThanOrEqual(6);
  });

  it("are named in any drawn palette, in a sentence that stays short", () => {
    for (let seed = 1; seed <= 16; seed++) {
      const image = rgbToOklab(drawnPalette(seed));
      expect({ seed, missing: leftOut(image) }).toEqual({ seed, missing: [] });
      expect(measureColours(image).palette.length).toBeLessThanOrEqual(7);
    }
  });

  const read = async (file: string): Promise<PlanarImage> => {
    const { data, info } = await sharp(file).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    return small({ width: info.width, height: info.height, data: new Uint8Array(data) });
  };

  it.each(["ink", "linocut", "night", "poster", "river", "village"])("are named in %s of the samples", async (name) => {
    expect(leftOut(await read(`samples/style/${name}.jpg`))).toEqual([]);
  });

  const styles = path.resolve("../shared/images/style");
  const developed = ["la_muse", "flower_of_life", "woman_with_hat_matisse", "brushstrokes", "h_feathers", "oil"];
  it.skipIf(!existsSync(styles))("are named in the shared pictures (skipped where ../shared is absent)", async () => {
    const missing: Record<string, string[]> = {};
    for (const name of developed) missing[name] = leftOut(await read(path.join(styles, `${name}.jpg`)));
    expect(missing).toEqual(Object.fromEntries(developed.map((name) => [name, []])));
  });
});
