/** Weights as TensorFlow.js publishes them: a manifest of names, and one file of bytes that stand for numbers. */
import { readFileSync } from "node:fs";

import { z } from "zod";

import type { Graph, Value } from "../src/onnx/index.ts";

/** A tensor of the publisher's file: bytes stand for `min + scale · byte`, in TensorFlow's order of axes. */
interface QuantisedTensor {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

export type TfjsWeights = ReadonlyMap<string, QuantisedTensor>;

const manifestSchema = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.int().positive()),
        quantization: z.object({ dtype: z.literal("uint8"), scale: z.number(), min: z.number() }),
      }),
    ),
    paths: z.tuple([z.string()]),
  }),
]);

/** @throws RangeError when the file of bytes has another length than the manifest says */
export function readTfjsWeights(manifestFile: URL): TfjsWeights {
  const [{ weights, paths }] = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, "utf8")));
  const file = readFileSync(new URL(paths[0], manifestFile));
  const tensors = new Map<string, QuantisedTensor>();
  let offset = 0;
  for (const { name, shape, quantization } of weights) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    tensors.set(name, { shape, bytes: file.subarray(offset, offset + length), ...quantization });
    offset += length;
  }
  if (offset !== file.length) throw new RangeError(`${paths[0]} holds ${file.length} bytes, expected ${offset}`);
  return tensors;
}

/** TensorFlow keeps filters as [height, width, in, out], ONNX as [out, in, height, width]. */
export const OIHW = [3, 2, 0, 1];
/** [height, width, channels, 1] to [channels, 1, height, width]. */
export const DEPTHWISE = [2, 3, 0, 1];

/** Writes a tensor into the graph as real numbers, its axes in the order `axes`. */
export function dequantised(graph: Graph, weights: TfjsWeights, name: string, axes: readonly number[]): Value {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`the weights lack ${name}`);
  const { bytes, scale, min } = tensor;
  const shape = axes.map((axis) => tensor.shape[axis]!);
  const strides = tensor.shape.map((_, axis) =>
    tensor.shape.slice(axis + 1).reduce((product, dim) => product * dim, 1),
  );
  const values = new Float32Array(bytes.length);
  const index = axes.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    const source = axes.reduce((sum, axis, position) => sum + index[position]! * strides[axis]!, 0);
    values[i] = min + scale * bytes[source]!;
    for (let position = axes.length - 1; position >= 0 && ++index[position]! === shape[position]; position--)
      index[position] = 0;
  }
  return graph.initializer(name, { dtype: "float32", shape }, new Uint8Array(values.buffer));
}
