import { expect, it } from "vitest";

import { cleanStyleAt } from "../../../src/images/style-picture/recent-clean-styles.ts";
import { drawn } from "../../stylize/embedded/fixtures.ts";

const stripes = (blue: number) => drawn(40, 30, (x, y) => [6 * x, 8 * y, blue]);
const size = { width: 32, height: 24 };

it("cleans a style once for each size, and tells others from it by their bytes alone", () => {
  const first = cleanStyleAt(stripes(40), size);
  expect(cleanStyleAt(stripes(40), size)).toBe(first);
  expect(cleanStyleAt(stripes(41), size)).not.toBe(first);
  expect(cleanStyleAt(stripes(40), { width: 16, height: 12 }).image.width).toBeLessThan(first.image.width);
});
