import { expect, it } from "vitest";

import { measureStyle } from "../../../src/caption/palette/measurements.ts";
import { measuresOf } from "../../../src/caption/palette/recent-measures.ts";

const picture = (green: number) => ({
  width: 24,
  height: 16,
  data: Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => (i % 3 === 1 ? green : (i * 11) % 256)),
});

it("measures a picture once, and tells others from it by their bytes alone", () => {
  const first = measuresOf(picture(40));
  expect(first).toEqual(measureStyle(picture(40)));
  expect(measuresOf(picture(40))).toBe(first);
  const other = picture(40);
  other.data[100]! ^= 128;
  expect(measuresOf(other)).toEqual(measureStyle(other));
});
