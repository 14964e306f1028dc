import { describe, expect, it } from "vitest";

import { blendOf } from "../src/blend.ts";

const asked = (...weights: number[]) => weights.map((weight, i) => ({ name: "abc"[i]!, weight }));

describe("what a blend is made of", () => {
  it("brings weights to a sum of 1, in the order that was asked for", () => {
    expect(blendOf(asked(2, 1, 1))).toEqual({
      style: { name: "a" },
      blend: {
        weight: 0.5,
        others: [
          { name: "b", weight: 0.25 },
          { name: "c", weight: 0.25 },
        ],
      },
    });
  });

  it("leaves out what has no weight: of one style left nothing is a blend", () => {
    expect(blendOf(asked(1, 0))).toEqual({ style: { name: "a" } });
    expect(blendOf(asked(0, 7))).toEqual({ style: { name: "b" } });
    expect(blendOf(asked(0, 3, 1))).toEqual({
      style: { name: "b" },
      blend: { weight: 0.75, others: [{ name: "c", weight: 0.25 }] },
    });
    expect(() => blendOf(asked(0, 0))).toThrow(TypeError);
  });
});
