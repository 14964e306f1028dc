import path from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import type { PlanarImage } from "../../../src/images/plane.ts";
import type { RgbImage } from "../../../src/images/rgb-image.ts";
import { paletteDistance } from "../../../src/judge/measures/sliced-wasserstein.ts";
import type { Floats } from "../../../src/onnx/index.ts";
import { SessionPool } from "../../../src/onnx/session-pool.ts";
import { frechetDistance } from "../../../src/study/metrics/frechet.ts";
import type { FeatureSet } from "../../../src/study/metrics/feature-set.ts";
import { histogramDistance, uvHistogram } from "../../../src/study/metrics/histogram-distance.ts";
import { kernelDistance } from "../../../src/study/metrics/kernel-distance.ts";
import { singularValues } from "../../../src/study/metrics/singular-values.ts";
import { ssim } from "../../../src/study/metrics/ssim.ts";
import { bilinearPlanes } from "../../../src/study/metrics/unit-planes.ts";
import { FIXTURES, readReference, relativeError } from "../../models/reference.ts";

const reference = await readReference(path.join(FIXTURES, "metrics/statistics.safetensors"));
const [content, result, large] = ["content", "result", "large"].map((name) => reference.picture(name)) as [
  ReturnType<typeof reference.picture>,
  ReturnType<typeof reference.picture>,
  ReturnType<typeof reference.picture>,
];

const sessions = new SessionPool(1e8);
afterAll(() => sessions.release());

const rows = ({ data, shape }: Floats): Float32Array[] =>
  Array.from({ length: shape[0]! }, (_, i) => data.subarray(i * shape[1]!, (i + 1) * shape[1]!));
const [one, other, few] = ["one", "other", "few"].map((name) => rows(reference.floats(name))) as [
  Float32Array[],
  Float32Array[],
  Float32Array[],
];
const setOf = (vectors: readonly Float32Array[], times = 1): FeatureSet => ({
  vectors,
  counts: vectors.map(() => times),
});

describe("what is measured without networks, as reference implementations have it", () => {
  it("SSIM (torchmetrics)", () => {
    expect(ssim(result, content)).toBeCloseTo(reference.number("ssim"), 8);
    expect(ssim(content, content)).toBeCloseTo(1, 12);
  });

  it("the distance of histograms of colours (HistoGAN), large pictures squeezed", async () => {
    const histogram = await uvHistogram(result, sessions);
    const distance = async (image: RgbImage) => histogramDistance(histogram, await uvHistogram(image, sessions));
    expect(await distance(content)).toBeCloseTo(reference.number("histogram"), 6);
    expect(await distance(large)).toBeCloseTo(reference.number("histogram.large"), 6);
    expect(histogramDistance(histogram, histogram)).toBe(0);
  });

  it("the sliced Wasserstein distance of colours (POT), along the same directions", async () => {
    const sliced = await readReference(path.join(FIXTURES, "metrics/sliced-wasserstein.safetensors"));
    const [own, far] = ["own", "other"].map((name) => {
      const { data, shape } = sliced.floats(name);
      const [height, width] = [shape[1]!, shape[2]!];
      const planes = [0, 1, 2].map((c) => data.subarray(c * height * width, (c + 1) * height * width));
      return { width, height, planes: planes as unknown as PlanarImage["planes"] };
    }) as [PlanarImage, PlanarImage];
    expect(paletteDistance(own, far)).toBeCloseTo(sliced.number("distance"), 6);
    expect(sliced.number("distance")).toBeGreaterThan(0.05);
  });

  it("pictures between the four nearest pixels (PyTorch), which histograms and FID squeeze them by", () => {
    const squeezed = bilinearPlanes(large, { width: 45, height: 19 });
    expect(relativeError(squeezed, reference.floats("bilinear").data)).toBeLessThan(1e-6);
  });

  it("the Fréchet distance (pytorch-fid), matrix square root included", () => {
    expect(frechetDistance(setOf(one), setOf(other))).toBeCloseTo(reference.number("frechet"), 6);
    expect(frechetDistance(setOf(one), setOf(one))).toBeCloseTo(0, 8);
    expect(frechetDistance(setOf(one), setOf(one.slice(0, 1)))).toBeNull();
  });

  it("the Fréchet distance of fewer pictures than features, each several times", () => {
    // The reference's matrix square root is exact to about a millionth here: its matrix has no inverse.
    expect(frechetDistance(setOf(few, 8), setOf(one))).toBeCloseTo(reference.number("frechet.few"), 5);
    const repeated = Array.from({ length: 8 }, () => few).flat();
    expect(frechetDistance(setOf(few, 8), setOf(one))).toBeCloseTo(frechetDistance(setOf(repeated), setOf(one))!, 9);
  });

  it("the kernel's discrepancy (torchmetrics)", () => {
    expect(kernelDistance(one, other.slice(0, one.length))).toBeCloseTo(reference.number("kernel"), 7);
    expect(kernelDistance(one, few.slice(0, 1))).toBeNull();
  });

  it("singular values of a matrix without an inverse", () => {
    // Of [[3, 0], [4, 5]]: √45 and √5; the third column is the sum of the others.
    const known = singularValues([new Float64Array([3, 4, 0]), new Float64Array([0, 5, 0])]);
    expect(known.sort((a, b) => b - a)[0]).toBeCloseTo(Math.sqrt(45), 12);
    const dependent = singularValues([
      new Float64Array([1, 0, 0]),
      new Float64Array([0, 1, 0]),
      new Float64Array([1, 1, 0]),
    ]);
    const sorted = dependent.sort((a, b) => b - a);
    expect(sorted[0]).toBeCloseTo(Math.sqrt(3), 12);
    expect(sorted[2]).toBeCloseTo(0, 12);
  });
});
