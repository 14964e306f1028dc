import { describe, expect, it } from "vitest";

import { rgbToOklabSized } from "../../../../src/images/oklab.ts";
import { EmbeddedStylizer } from "../../../../src/stylize/embedded/index.ts";
import { lightnessBands } from "../../../../src/stylize/embedded/patch/band-match.ts";
import { floorContrast } from "../../../../src/stylize/embedded/subjects/contrast-floor.ts";
import { brushwork, cut, landscape, request, sample } from "../fixtures.ts";
import { edgeAgreement } from "../measures.ts";

const SIZE = { width: 96, height: 72 };

describe("the floor under a subject's contrast", () => {
  const content = rgbToOklabSized(landscape(96, 72), SIZE);
  const painted = rgbToOklabSized(brushwork(96, 72), SIZE);
  const left = new Float32Array(96 * 72).map((_, i) => (i % 96 < 48 ? 1 : 0));

  it("gives edges back where there is protection, and changes nothing elsewhere, nor any colour", () => {
    const floored = floorContrast(painted, content, left, 0.6);
    expect(floored.planes[1]).toEqual(painted.planes[1]);
    expect(floored.planes[2]).toEqual(painted.planes[2]);
    const agreement = (image: typeof painted, inside: boolean): number => {
      const [a, b] = [lightnessBands(image)[2]!, lightnessBands(content)[2]!];
      const mean = (x: Float32Array, y: Float32Array): number =>
        x.reduce((sum, value, i) => (left[i] === (inside ? 1 : 0) ? sum + value * y[i]! : sum), 0);
      return mean(a, b) / Math.sqrt(mean(a, a) * mean(b, b));
    };
    expect(agreement(floored, true)).toBeGreaterThan(agreement(painted, true) + 0.15);
    for (let i = 0; i < left.length; i++) if (left[i] === 0) expect(floored.planes[0][i]).toBe(painted.planes[0][i]);
  });

  it("leaves a picture that has the contrast as it is", () => {
    const { planes } = floorContrast(content, content, left, 0.9);
    for (const [i, value] of planes[0].entries()) expect(value).toBeCloseTo(content.planes[0][i]!, 6);
  });
});

describe("a person in a picture", () => {
  const stylizer = new EmbeddedStylizer();

  it.each(["linocut", "village", "night", "river", "poster"])("stays in the manner of %s", async (style) => {
    const content = await sample("content/portrait");
    const { image } = await stylizer.stylize(request({ content, style: await sample(`style/${style}`), size: 192 }));
    const [from, to] = [
      [0.2, 0.3],
      [0.8, 0.85],
    ] as const;
    expect(edgeAgreement(cut(image, from, to), cut(content, from, to))).toBeGreaterThan(0.64);
  });
});
