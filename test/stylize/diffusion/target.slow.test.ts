/** The measurement of how many steps a style takes, over a few steps of a tiny pipeline. */
import path from "node:path";

import { expect, it } from "vitest";

import { benchTarget } from "../../../src/bench/inversion-target.ts";
import { FIXTURES } from "../../models/reference.ts";

it("runs the reference's form, then a vector from words and from noise against its loss", async () => {
  const { faithful, vectors } = await benchTarget({
    checkpoint: path.join(FIXTURES, "tiny-v1"),
    picture: path.resolve(import.meta.dirname, "../../../samples/style/linocut.jpg"),
    description: "bold outlines",
    steps: 25,
  });
  expect(faithful.steps).toBe(25);
  expect(faithful.loss).toBeLessThan(faithful.firstLoss);
  expect(vectors.map(({ start }) => start)).toEqual(["words", "noise"]);
  expect(vectors[0]!.firstLoss).not.toBe(vectors[1]!.firstLoss);
  for (const { firstLoss, toTarget, stop, lowest, gain, otherGains } of vectors) {
    expect(toTarget !== null).toBe(lowest.loss <= faithful.loss);
    expect(stop).toEqual({ step: 25, loss: lowest.loss });
    expect(gain).toBe(firstLoss - lowest.loss);
    expect(gain).toBeGreaterThan(0);
    // Other sets of noise agree that the vector is the better for it.
    expect(Math.min(...otherGains)).toBeGreaterThan(0);
  }
});
