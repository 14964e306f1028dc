/**
 * Products on rounded numbers are what integers give, at their extremes too. Kernels differ from processor to processor,
 * and those of older ones saturate: where this machine has int8 dot products (VNNI), see it without them by
 * `qemu-x86_64-static -cpu Haswell $(which node) node_modules/vitest/vitest.mjs run --pool=threads test/onnx/quantized.test.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { quantise } from "../../src/caption/llava/convert/quantise.ts";
import { bytesOf } from "../../src/onnx/dtype.ts";
import { floatsOf, floatTensor, Graph, op, openSession, type Value } from "../../src/onnx/index.ts";
import { roundedSource } from "../../src/onnx/files/rounding.ts";
import { writeSafetensors } from "../../src/onnx/files/safetensors-file.ts";
import { readSafetensors } from "../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";
import { Weights } from "../../src/onnx/weights.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-quantized-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Signs of the largest weights, by output and input: alike for all, for neighbours, for every other one, at random. */
const SIGNS: readonly ((input: number) => number)[] = [
  () => 1,
  () => -1,
  (input) => (input & 2 ? -1 : 1),
  (input) => (input & 1 ? -1 : 1),
  (input) => (Math.sin(12.9 * input) > 0 ? 1 : -1),
];
const signOf = (output: number, input: number): number => SIGNS[output % SIGNS.length]!(input);

/** Numbers that become the bytes from 0 to 255 with scale 1, most of them at one end; their order is the caller's. */
const EXTREMES: Readonly<Record<string, (i: number) => number>> = {
  "255": (i) => (i === 0 ? 0 : 255),
  "-255": (i) => (i === 0 ? 0 : -255),
  "-128 and 127": (i) => (i === 0 || i & 4 ? -128 : 127),
};

const filled = (shape: readonly number[], valueOf: (i: number) => number) => ({
  data: Float32Array.from({ length: shape.reduce((product, dim) => product * dim, 1) }, (_, i) => valueOf(i)),
  shape,
});

async function computed(graph: Graph, x: { data: Float32Array; shape: readonly number[] }, prepack = false) {
  const session = await openSession(graph, { prepack });
  const { data } = floatsOf(await session.runOne({ x: floatTensor("float32", x) }));
  await session.release();
  return [...data];
}

describe("weights rounded to 8 bits", () => {
  let stored: TensorSource;
  const linear = [20, 293]; // more than a kernel takes at once, and an odd end
  const kernel = [16, 24, 3, 3];

  beforeAll(async () => {
    const file = path.join(folder, "weights.safetensors");
    const extreme = (shape: readonly number[]) => {
      const inputs = shape.slice(1).reduce((product, dim) => product * dim, 1);
      return filled(shape, (i) => signOf(Math.floor(i / inputs), i % inputs));
    };
    await writeSafetensors(file, { tensors: { linear: extreme(linear), conv: extreme(kernel) }, metadata: {} });
    stored = await readSafetensors(file);
  });

  /** A network of one layer over the rounded weights, as `PRECISION=int8` runs it. */
  async function layer(
    shape: readonly number[],
    build: (w: Weights, x: Value) => Value,
  ): Promise<{ graph: Graph; source: TensorSource }> {
    const record = (source: TensorSource): Graph => {
      const graph = new Graph("layer");
      graph.output("y", build(new Weights(graph, source, "float32"), graph.input("x", "float32", shape)));
      return graph;
    };
    const source = await roundedSource(stored, record);
    return { graph: record(source), source };
  }

  it("leave room in 16 bits for the two largest products of bytes", () => {
    expect(2 * 255 * op.LARGEST_WEIGHT).toBeLessThan(2 ** 15);
  });

  describe.each(Object.keys(EXTREMES))("on activations of %s", (extreme) => {
    it.each([1, 5, 70])("give what integers give, in a linear layer on %i rows", async (rows) => {
      const [outputs, inputs] = linear as [number, number];
      const x = filled([rows, inputs], EXTREMES[extreme]!);
      const { graph } = await layer(x.shape, (w, lines) => op.gemmInt8(lines, w.rounded("linear", linear), null));
      const expected = filled([rows, outputs], (at) => {
        let sum = 0;
        for (let i = 0; i < inputs; i++)
          sum += x.data[Math.floor(at / outputs) * inputs + i]! * signOf(at % outputs, i);
        return sum;
      });
      expect(await computed(graph, x)).toEqual([...expected.data]);
    });

    it("give what integers give, in a convolution", async () => {
      const [outputs, channels] = kernel as [number, number];
      const [height, width] = [6, 7];
      const x = filled([1, channels, height, width], EXTREMES[extreme]!);
      const { graph } = await layer(x.shape, (w, picture) => op.convInt8(picture, w.rounded("conv", kernel), 3, null));
      const expected = filled([1, outputs, height, width], (at) => {
        const [output, row, column] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
        let sum = 0;
        for (let i = 0; i < channels * 9; i++) {
          const [channel, y, z] = [Math.floor(i / 9), row + (Math.floor(i / 3) % 3) - 1, column + (i % 3) - 1];
          if (y < 0 || y >= height || z < 0 || z >= width) continue;
          sum += x.data[(channel * height + y) * width + z]! * signOf(output, i);
        }
        return sum;
      });
      expect(await computed(graph, x)).toEqual([...expected.data]);
    });
  });
});

describe("weights in 4 bits", () => {
  const [outputs, inputs] = [20, 320];
  // 15 above a zero point of 0, or below one of 15: as far from it as they get.
  const weights = filled([outputs, inputs], (i) => (Math.floor(i / inputs) & 1 ? -15 : 15));

  describe.each([
    ["a converted captioner", 128, 4],
    ["its head", 32, 4],
    ["a published captioner", 32, 0],
  ] as const)("as in %s", (_, blockSize, accuracyLevel) => {
    it.each([1, 5, 70])("give what integers give on %i rows", async (rows) => {
      const { packed, scales, zeros } = quantise(weights.data, outputs, inputs, blockSize);
      expect(new Set(scales)).toEqual(new Set([1]));
      const blocks = Math.ceil(inputs / blockSize);
      const graph = new Graph("product");
      const constant = (name: string, dtype: "uint8" | "float32", shape: readonly number[], data: ArrayBufferView) =>
        graph.initializer(name, { dtype, shape }, bytesOf(data));
      const product = op.matmulNBits(graph.input("x", "float32", [rows, inputs]), {
        packed: constant("packed", "uint8", [outputs, blocks, blockSize / 2], packed),
        scales: constant("scales", "float32", [outputs, blocks], scales),
        zeroPoints: constant("zeros", "uint8", [outputs, Math.ceil(blocks / 2)], zeros),
        n: outputs,
        k: inputs,
        bits: 4,
        blockSize,
        accuracyLevel,
      });
      graph.output("y", product);
      for (const activation of [() => 127, () => -127, (i: number) => (i & 1 ? -127 : 127)]) {
        const x = filled([rows, inputs], activation);
        const expected = filled([rows, outputs], (at) => {
          let sum = 0;
          for (let i = 0; i < inputs; i++)
            sum += x.data[Math.floor(at / outputs) * inputs + i]! * weights.data[(at % outputs) * inputs + i]!;
          return sum;
        });
        expect(await computed(graph, x, true)).toEqual([...expected.data]);
      }
    });
  });
});

describe("bytes that stand for numbers", () => {
  it.each([false, true])("are those numbers, for every byte and zero point (prepacked: %s)", async (prepack) => {
    const graph = new Graph("bytes");
    const all = Uint8Array.from({ length: 3 * 256 }, (_, i) => i & 255);
    const bytes = graph.initializer("bytes", { dtype: "uint8", shape: [3, 256] }, all);
    const zeros = graph.initializer("zeros", { dtype: "uint8", shape: [3] }, Uint8Array.of(0, 128, 255));
    const scales = graph.constant("float32", [0.5, 1, 2]);
    graph.output("y", op.mul(op.dequantizeLinear(bytes, scales, zeros, 0), graph.input("x", "float32", [1])));
    const expected = [...all].map((byte, i) => (byte - [0, 128, 255][i >> 8]!) * [0.5, 1, 2][i >> 8]!);
    expect(
      await computed(
        graph,
        filled([1], () => 1),
        prepack,
      ),
    ).toEqual(expected);
  });
});
