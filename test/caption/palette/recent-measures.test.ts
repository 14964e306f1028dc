import { expect, it } from "vitest";

import { measureStyle } from "../../../src/caption/palette/measurements.ts";
import { measuresOf } from "../../../src/caption/palette/recent-measures.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";

const sessions = new SessionPool(Infinity);

const picture = (green: number) => ({
  width: 24,
  height: 16,
  data: Uint8Array.from({ length: 3 * 24 * 16 }, (_, i) => (i % 3 === 1 ? green : (i * 11) % 256)),
});

it("measures a picture once, and tells others from it by their bytes alone", async () => {
  const first = await measuresOf(picture(40), sessions);
  expect(first).toEqual(await measureStyle(picture(40), sessions));
  expect(await measuresOf(picture(40), sessions)).toBe(first);
  const other = picture(40);
  other.data[100]! ^= 128;
  expect(await measuresOf(other, sessions)).toEqual(await measureStyle(other, sessions));
});
