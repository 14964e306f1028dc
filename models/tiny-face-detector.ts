/** TinyFaceDetector of face-api.js: a Tiny YOLO v2 of separable convolutions that knows one thing, faces. */
import { Graph, op, type Value } from "../src/onnx/index.ts";
import { DEPTHWISE, dequantised, OIHW, readTfjsWeights, type TfjsWeights } from "./tfjs-weights.ts";

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

/** Reads the weights that come with the project (193 kB). */
export const readTinyFaceDetectorWeights = (): TfjsWeights =>
  readTfjsWeights(new URL("tiny-face-detector/tiny_face_detector_model-weights_manifest.json", import.meta.url));

/**
 * Input `rgb` float32 [1, 3, 416, 416], 0 to 255. Output `guesses` float32 [1, 13, 13, 25]: for each window (row, column) and
 * anchor the five numbers of a guess.
 */
export function tinyFaceDetector(weights: TfjsWeights): Graph {
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
