import { describe, expect, it } from "vitest";

import { countsOfSmaller, sortedPlane } from "../../src/images/sorted-plane.ts";
import { seededRandom } from "../../src/random.ts";

const random = seededRandom(3);
/** Values of every size and sign, some of them often. */
const plane = Float32Array.from({ length: 5000 }, (_, i) =>
  i % 7 === 0 ? [0, -0, 0.25, -1e-30][i % 4]! : (random() - 0.4) * 10 ** (12 * random() - 8),
);

describe("order of a plane's values", () => {
  it("is that of the numbers", () => {
    const before = plane.slice();
    expect([...sortedPlane(plane)].map((value) => value + 0)).toEqual(
      [...plane].map((value) => value + 0).sort((one, other) => one - other),
    );
    expect(plane).toEqual(before);
    expect(sortedPlane(new Float32Array(0))).toHaveLength(0);
  });

  it("counts the smaller ones for each place", () => {
    const counts = countsOfSmaller(plane);
    for (let i = 0; i < plane.length; i += 61) {
      expect(counts[i]).toBe(plane.filter((value) => value < plane[i]!).length);
    }
  });
});
