import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { textWidth, wrapLines } from "../../src/images/text-width.ts";

describe("lines of type", () => {
  it("are broken at blanks, and cut where they do not fit", () => {
    expect(wrapLines("Style image + description", 340, 36, 2)).toEqual(["Style image +", "description"]);
    expect(wrapLines("  Ink  ", 200, 20, 2)).toEqual(["Ink"]);
    expect(wrapLines("a very long name of a style", 130, 20, 2)).toEqual(["a very long", "name of a…"]);
    expect(wrapLines("", 100, 20, 2)).toEqual([]);
  });

  it("never leave their place, whatever they consist of", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("W".repeat(80), "🌊 ".repeat(40)),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 400 }), fc.integer({ min: 1, max: 3 }), (words, width, most) => {
        const lines = wrapLines(words, width, 20, most);
        expect(lines.length).toBeLessThanOrEqual(most);
        for (const line of lines) expect(textWidth(line, 20)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
