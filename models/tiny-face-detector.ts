/** TinyFaceDetector of face-api.js: a Tiny YOLO v2 of separable convolutions that knows one thing, faces. */
import { readFileSync } from "node:fs";

import { z } from "zod";

import { Graph, op, type Value } from "../src/onnx/index.ts";

/** Width and height of the picture it looks at, pixels. */
export const INPUT_SIDE = 416;
/** It looks through this many windows in each direction. */
export const CELLS = 13;
/** Typical faces [width, height], in cells; each window guesses one box around each. */
export const ANCHORS = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
] as const;
/** Numbers per guess: x, y, log width, log height, score; all but the sizes before the sigmoid. */
export const GUESS = 5;

/** Mean colour of the pictures that it was trained on. */
const MEAN_RGB = [117.001, 114.697, 97.404];
const SLOPE = 0.1;
/** Channels after each of the six convolutions before the head. */
const WIDTHS = [16, 32, 64, 128, 256, 512];

/** A tensor of the publisher's file: bytes stand for `min + scale · byte`, in TensorFlow's order of axes. */
interface QuantisedTensor {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

export type TinyFaceDetectorWeights = ReadonlyMap<string, QuantisedTensor>;

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

/** Reads the weights that come with the project (193 kB). */
export function readTinyFaceDetectorWeights(): TinyFaceDetectorWeights {
  const folder = new URL("tiny-face-detector/", import.meta.url);
  const manifestFile = new URL("tiny_face_detector_model-weights_manifest.json", folder);
  const [{ weights, paths }] = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, "utf8")));
  const file = readFileSync(new URL(paths[0], folder));
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

/**
 * Input `rgb` float32 [1, 3, 416, 416], 0 to 255. Output `guesses` float32 [1, 13, 13, 25]: for each window (row, column) and
 * anchor the five numbers of a guess.
 */
export function tinyFaceDetector(weights: TinyFaceDetectorWeights): Graph {
  const graph = new Graph("tiny-face-detector");
  const weight = (name: string, axes: readonly number[]) => dequantised(graph, weights, name, axes);
  const bias = (layer: string) => weight(`${layer}/bias`, [0]);

  const rgb = graph.input("rgb", "float32", [1, 3, INPUT_SIDE, INPUT_SIDE]);
  const centred = op.sub(rgb, graph.constant("float32", MEAN_RGB, [1, 3, 1, 1]));
  let x = op.scale(centred, 1 / 255);
  for (const [index, channels] of WIDTHS.entries()) {
    const layer = `conv${index}`;
    x = graph.scoped(layer, () => {
      let y: Value;
      if (index === 0) {
        y = op.conv(x, weight(`${layer}/filters`, OIHW), bias(layer));
      } else {
        const groups = WIDTHS[index - 1]!;
        const spread = op.conv(x, weight(`${layer}/depthwise_filter`, DEPTHWISE), null, { groups, padding: 1 });
        y = op.conv(spread, weight(`${layer}/pointwise_filter`, OIHW), bias(layer));
      }
      if (y.shape[1] !== channels) throw new RangeError(`${layer} has ${y.shape[1]} channels, expected ${channels}`);
      return maxPoolSame(op.leakyRelu(y, SLOPE), index < WIDTHS.length - 1 ? 2 : 1);
    });
  }
  const guesses = graph.scoped("conv8", () => op.conv(x, weight("conv8/filters", OIHW), bias("conv8")));
  graph.output("guesses", op.transpose(guesses, [0, 2, 3, 1]));
  return graph;
}

/** TensorFlow keeps filters as [height, width, in, out], ONNX as [out, in, height, width]. */
const OIHW = [3, 2, 0, 1];
/** [height, width, channels, 1] to [channels, 1, height, width]. */
const DEPTHWISE = [2, 3, 0, 1];

/** 2 × 2 pooling that pads the end, never the beginning, as TensorFlow's `same` does. */
function maxPoolSame(x: Value, stride: 1 | 2): Value {
  const [n, channels, height, width] = x.shape as readonly [number, number, number, number];
  const size = (length: number) => Math.ceil(length / stride);
  const odd = (length: number) => (size(length) - 1) * stride + 2 - length;
  return x.graph.emit(
    "MaxPool",
    [x],
    { dtype: x.dtype, shape: [n, channels, size(height), size(width)] },
    { kernel_shape: [2, 2], strides: [stride, stride], pads: [0, 0, odd(height), odd(width)] },
  );
}

/** Writes a tensor into the graph as real numbers, its axes in the order `axes`. */
function dequantised(graph: Graph, weights: TinyFaceDetectorWeights, name: string, axes: readonly number[]): Value {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`the face detector's weights lack ${name}`);
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
