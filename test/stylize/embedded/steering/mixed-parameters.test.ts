import { describe, expect, it } from "vitest";

import { mediaOf, mixedParameters } from "../../../../src/stylize/embedded/steering/mixed-parameters.ts";
import { parseStyle } from "../../../../src/stylize/embedded/steering/steering.ts";

const described = (text: string, weight: number) => ({ ...parseStyle(text), weight });

describe("what the descriptions of a blend say together", () => {
  const oil = "Thick oil paint in red and gold with swirling strokes.";
  const ink = "A smooth ink drawing in blue and red, very dark.";

  it("is the mean of their numbers and the mixture of their palettes", () => {
    const [one, other] = [parseStyle(oil), parseStyle(ink)];
    const mixed = mixedParameters([described(oil, 0.75), described(ink, 0.25)]);
    for (const name of ["impasto", "key", "curvature"] as const) {
      expect(mixed[name].value).toBeCloseTo(0.75 * one[name].value + 0.25 * other[name].value);
      expect(mixed[name].said).toBe(one[name].said || other[name].said);
    }
    expect(new Set(mixed.palette.map(({ name }) => name))).toEqual(
      new Set([...one.palette, ...other.palette].map(({ name }) => name)),
    );
    expect(mixed.palette.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    expect(mixed.palette.filter(({ name }) => name === "red")).toHaveLength(1);
  });

  it("names each medium with its weight, the heaviest first, whichever was named first", () => {
    expect(mediaOf([described(oil, 0.3), described(ink, 0.7)])).toEqual([
      { medium: "ink", weight: 0.7 },
      { medium: "oil", weight: 0.3 },
    ]);
    expect(mediaOf([described(ink, 0.5), described(oil, 0.5)])).toEqual(
      mediaOf([described(oil, 0.5), described(ink, 0.5)]),
    );
    expect(mixedParameters([described(oil, 0.3), described(ink, 0.7)]).medium.value).toBe("ink");
    expect(mediaOf([described("pale and quiet", 1)])).toEqual([]);
  });
});
