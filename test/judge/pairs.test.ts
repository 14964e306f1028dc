import { describe, expect, it } from "vitest";

import { pickPairs } from "../../src/judge/pairs.ts";

const contents = ["c1", "c2", "c3", "c4", "c5", "c6"];
const styles = ["s1", "s2", "s3", "s4"];
const namesOf = (count: number, seed: number): string[] =>
  pickPairs(contents, styles, count, seed).map(({ content, style }) => `${content} ${style}`);

describe("the pairs that are picked", () => {
  it.each([1, 5, 12, 13, 24])("have every content and every style equally often: %i", (count) => {
    const pairs = namesOf(count, 3);
    expect(new Set(pairs).size).toBe(count);
    for (const list of [contents, styles]) {
      const often = list.map((name) => pairs.filter((pair) => pair.split(" ").includes(name)).length);
      expect(Math.max(...often) - Math.min(...often)).toBeLessThanOrEqual(1);
    }
  });

  it("are the same for a seed, and the first of more", () => {
    expect(namesOf(9, 5)).toEqual(namesOf(24, 5).slice(0, 9));
    expect(namesOf(9, 5)).not.toEqual(namesOf(9, 6));
  });
});
