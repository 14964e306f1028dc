import { expect, it } from "vitest";

import { hypotenuse } from "../src/hypotenuse.ts";
import { seededRandom } from "../src/random.ts";

it("is what Math.hypot gives, to the bit", () => {
  const random = seededRandom(11);
  const any = (): number => (random() - 0.5) * 10 ** (300 * random() - 150);
  for (let i = 0; i < 500; i++) {
    for (const [x, y] of [
      [any(), any()],
      [random() - 0.5, random() - 0.5],
      [0, any()],
      [any(), -0],
    ] as const)
      expect(hypotenuse(x, y)).toBe(Math.hypot(x, y));
  }
  expect(hypotenuse(0, -0)).toBe(0);
});
