import path from "node:path";

import { describe, expect, it } from "vitest";

import {
  readArbitraryStylizationWeights,
  stylePredictionNetwork,
  styleTransferNetwork,
} from "../../models/arbitrary-stylization.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import { floatsOf, floatTensor, openSession, type Floats } from "../../src/onnx/index.ts";
import { FIXTURES, readReference } from "./reference.ts";

const weights = await readArbitraryStylizationWeights();
const reference = await readReference(path.join(FIXTURES, "arbitrary-stylization", "reference.safetensors"));

const largestError = (actual: Floats, expected: Floats): number => {
  expect(actual.shape).toEqual(expected.shape);
  return actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0);
};

/** [height, width, 3] bytes as [1, 3, height, width] from 0 to 1. */
function tensorOf({ width, height, data }: RgbImage) {
  const plane = width * height;
  const numbers = Float32Array.from(
    { length: 3 * plane },
    (_, i) => data[(i % plane) * 3 + Math.floor(i / plane)]! / 255,
  );
  return floatTensor("float32", { data: numbers, shape: [1, 3, height, width] });
}

describe.each([1, 2])("arbitrary stylization on %i threads", (threads) => {
  it.each(["0", "1"])("predicts and paints as its publisher's float form does, picture %s", async (name) => {
    const style = reference.picture(`${name}.style`);
    const prediction = await openSession(stylePredictionNetwork(weights, style.height, style.width), {
      threads,
      prepack: true,
    });
    const vector = await prediction.runOne({ style: tensorOf(style) });
    await prediction.release();
    expect(largestError(floatsOf(vector), reference.floats(`${name}.vector`))).toBeLessThan(1e-3);

    const content = reference.picture(`${name}.content`);
    const transfer = await openSession(styleTransferNetwork(weights, content.height, content.width), {
      threads,
      prepack: true,
    });
    const painted = await transfer.runOne({ content: tensorOf(content), vector });
    await transfer.release();
    expect(largestError(floatsOf(painted), reference.floats(`${name}.painted`))).toBeLessThan(1e-3);
  });
});
