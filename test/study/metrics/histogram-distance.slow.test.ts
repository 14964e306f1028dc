/** Histograms of colours of a picture that is squeezed first: 65,536 pixels into 12,288 bins, a second and a half. */
import path from "node:path";

import { expect, it } from "vitest";

import { histogramDistance, uvHistogram } from "../../../src/study/metrics/histogram-distance.ts";
import { FIXTURES, readReference } from "../../models/reference.ts";

it("holds a large picture against a small one as HistoGAN's equations do", async () => {
  const reference = await readReference(path.join(FIXTURES, "metrics/statistics.safetensors"));
  const [large, small] = [uvHistogram(reference.picture("large")), uvHistogram(reference.picture("result"))];
  expect(histogramDistance(large, small)).toBeCloseTo(reference.number("histogram.large"), 6);
});
