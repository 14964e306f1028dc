/** Several styles in one picture of the embedded engine: at the ends, in either order, and on the way from one to the other. */
import { describe, expect, it } from "vitest";

import { blendOf } from "../../../src/blend.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { EmbeddedStylizer } from "../../../src/stylize/embedded/index.ts";
import type { BlendedStyle, StylizeInput } from "../../../src/stylize/stylizer.ts";
import type { Variant } from "../../../src/variant.ts";
import { brushwork, drawn, landscape, request } from "./fixtures.ts";
import { contrast, meanColour, patchDistance } from "./measures.ts";

const stylizer = new EmbeddedStylizer();

/** Wide red hatching, in a picture of another shape than the other style's. */
const hatching = drawn(150, 210, (x, y) => ((x + y) % 9 < 4 ? [190, 40, 30] : [250, 225, 200]));
const waves: BlendedStyle = {
  picture: brushwork(220, 170),
  sha256: "2",
  description: "Thick oil strokes in blue and yellow.",
};
const hatched: BlendedStyle = { picture: hatching, sha256: "1", description: "A woodcut in red with hard lines." };

type Share = readonly [style: BlendedStyle, weight: number];

function input(variant: Variant, shares: readonly Share[], settings: Partial<StylizeInput["settings"]> = {}) {
  const asked = shares.map(([style, weight]) => ({ ...style, weight }));
  const { style, blend } = blendOf(asked);
  const plain = request({ variant, size: 96, description: variant === "inst" ? null : style.description });
  return {
    ...plain,
    style: style.picture,
    styleSha256: style.sha256,
    ...(blend && { blend }),
    settings: { ...plain.settings, ...settings },
  };
}

const run = async (variant: Variant, ...shares: Share[]): Promise<RgbImage> =>
  (await stylizer.stylize(input(variant, shares))).image;
const isSame = (one: RgbImage, other: RgbImage): boolean => Buffer.compare(one.data, other.data) === 0;

describe("a blend of the embedded engine", () => {
  it.each(["inst", "image-prompt", "prompt"] as const)(
    "by %s is one style where the other has no weight, the same in either order, and itself with itself",
    async (variant) => {
      const [alone, other] = [await run(variant, [waves, 1]), await run(variant, [hatched, 1])];
      expect(isSame(await run(variant, [waves, 2], [hatched, 0]), alone)).toBe(true);
      expect(isSame(await run(variant, [waves, 0], [hatched, 1]), other)).toBe(true);
      const half = await run(variant, [waves, 1], [hatched, 1]);
      expect(isSame(await run(variant, [hatched, 1], [waves, 1]), half)).toBe(true);
      for (const single of [alone, other]) expect(isSame(half, single)).toBe(false);
      // Painted by words alone, it is painted by the mean of two equal descriptions.
      if (variant !== "prompt") expect(isSame(await run(variant, [waves, 1], [waves, 3]), alone)).toBe(true);
    },
  );

  it("goes from the one style to the other with their weights, and mixes no mud", async () => {
    const passed: RgbImage[] = [];
    for (const weight of [0, 1, 2, 3, 4]) passed.push(await run("inst", [waves, 4 - weight], [hatched, weight]));
    const redness = passed.map((image) => {
      const [red, , blue] = meanColour(image);
      return red! - blue!;
    });
    expect(redness).toEqual(redness.toSorted((a, b) => a - b));
    // Patches of both: in the middle each style is nearer than it is to the other's picture.
    const middle = passed[2]!;
    expect(patchDistance(middle, hatching)).toBeLessThan(patchDistance(passed[0]!, hatching));
    expect(patchDistance(middle, waves.picture)).toBeLessThan(patchDistance(passed[4]!, waves.picture));
    expect(contrast(middle)).toBeGreaterThan(0.8 * Math.min(contrast(passed[0]!), contrast(passed[4]!)));
  });

  it("does not depend on threads, and counts its steps", async () => {
    const asked = input("inst", [
      [waves, 1],
      [hatched, 1],
      [{ picture: landscape(90, 90), sha256: "3", description: null }, 1],
    ]);
    const progress: number[] = [];
    const one = await new EmbeddedStylizer({ threads: 1 }).stylize(asked, {
      onProgress: (step) => progress.push(step),
    });
    const three = await new EmbeddedStylizer({ threads: 3 }).stylize(asked);
    expect(isSame(one.image, three.image)).toBe(true);
    expect(progress).toEqual(Array.from({ length: one.steps }, (_, i) => i + 1));
  });

  it("stays a blend in HD", async () => {
    const hd = async (...shares: Share[]): Promise<RgbImage> =>
      (await stylizer.stylize(input("inst", shares, { size: 192, hd: true }))).image;
    const [alone, other, both] = [await hd([waves, 1]), await hd([hatched, 1]), await hd([waves, 1], [hatched, 1])];
    expect(isSame(both, alone) || isSame(both, other)).toBe(false);
    expect(isSame(await hd([hatched, 1], [waves, 1]), both)).toBe(true);
  });
});
