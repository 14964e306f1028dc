/**
 * Magenta's arbitrary image stylization (Ghiasi, Lee, Kudlur, Dumoulin & Shlens 2017, https://arxiv.org/abs/1705.06830), in
 * its small published form: a style prediction network sees a picture as 100 numbers, and a style transfer network
 * repaints any other in that style.
 */
import { fileURLToPath } from "node:url";

import { Graph, op, type Value } from "../src/onnx/index.ts";
import { readSafetensors } from "../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../src/onnx/files/tensor-source.ts";
import { block, Weights } from "../src/onnx/weights.ts";
import { type MobileNetPlace, mobileNetV2 } from "./mobilenet-v2.ts";

/** Numbers of a style's embedding vector. */
export const STYLE_NUMBERS = 100;
/** Width and height of the pictures whose style the prediction network learned to see, pixels. */
export const STYLE_SIDE = 256;
/** Both sides of a picture that is repainted are multiples of this. */
export const SIDE_STEP = 4;

const RESIDUAL_BLOCKS = 5;
const EPSILON = 1e-5;

/** The weights that come with the project: 8 bits and a scale for each output, as published (2.7 MB). */
export const readArbitraryStylizationWeights = (): Promise<TensorSource> =>
  readSafetensors(fileURLToPath(new URL("arbitrary-stylization/arbitrary_stylization.safetensors", import.meta.url)));

/**
 * The style prediction network. Input `style` float32 [1, 3, height, width], RGB from 0 to 1, sides multiples of 32; output
 * `vector` float32 [1, 100], the style's embedding.
 */
export function stylePredictionNetwork(weights: TensorSource, height = STYLE_SIDE, width = STYLE_SIDE): Graph {
  const graph = new Graph("style-prediction");
  const root = new Weights(graph, weights, "float32");
  const w = root.scope("MobilenetV2");
  const style = graph.input("style", "float32", [1, 3, height, width]);
  const x = mobileNetV2(style, (place, ...rest) => conv(w.scope(nameOf(place)), ...rest));
  const bottleneck = conv(root.scope("mobilenet_conv.Conv"), op.reduceMean(x, [2, 3]), STYLE_NUMBERS, 1);
  graph.output("vector", op.reshape(bottleneck, [1, STYLE_NUMBERS]));
  return graph;
}

/**
 * The style transfer network. Inputs `content` float32 [1, 3, height, width], RGB from 0 to 1, both sides multiples of 4,
 * and `vector` float32 [1, 100]; output `painted` float32 [1, 3, height, width], RGB from 0 to 1.
 */
export function styleTransferNetwork(weights: TensorSource, height: number, width: number): Graph {
  const graph = new Graph("style-transfer");
  const content = graph.input("content", "float32", [1, 3, height, width]);
  const vector = graph.input("vector", "float32", [1, STYLE_NUMBERS]);
  const w = new Weights(graph, weights, "float32").scope("transformer");

  const contract = w.scope("contract");
  let x = op.relu(mirroredConv(contract.scope("conv1"), content, 8, 9));
  x = op.relu(mirroredConv(contract.scope("conv2"), x, 16, 3, 2));
  x = op.relu(mirroredConv(contract.scope("conv3"), x, 32, 3, 2));
  for (let i = 1; i <= RESIDUAL_BLOCKS; i++) x = residual(w.scope(`residual.residual${i}`), x, vector);
  const expand = w.scope("expand");
  x = op.relu(normalisedConv(expand.scope("conv1"), doubled(x), 16, 3, vector));
  x = op.relu(normalisedConv(expand.scope("conv2"), doubled(x), 8, 3, vector));
  graph.output("painted", op.sigmoid(normalisedConv(expand.scope("conv3"), x, 3, 9, vector)));
  return graph;
}

/** The publisher's name of one of MobileNetV2's convolutions. */
function nameOf(place: MobileNetPlace): string {
  if (typeof place === "string") return place === "first" ? "Conv" : "Conv_1";
  return `${place.block === 0 ? "expanded_conv" : `expanded_conv_${place.block}`}.${place.part}`;
}

const residual = block((w: Weights, x: Value, vector: Value): Value => {
  const y = op.relu(normalisedConv(w.scope("conv1"), x, 32, 3, vector));
  return op.add(x, normalisedConv(w.scope("conv2"), y, 32, 3, vector));
});

const doubled = (x: Value): Value => op.resizeNearest(x, 2 * (x.shape[2] as number), 2 * (x.shape[3] as number));

/** A convolution, then conditional instance normalisation: the style decides each channel's deviation and mean. */
const normalisedConv = block((w: Weights, x: Value, outputs: number, kernel: number, vector: Value): Value => {
  const y = mirroredConv(w, x, outputs, kernel);
  const [gamma, beta] = ["gamma", "beta"].map((name) =>
    op.reshape(conv(w.scope(name), op.reshape(vector, [1, STYLE_NUMBERS, 1, 1]), outputs, 1), [outputs]),
  );
  return op.instanceNorm(y, gamma!, beta!, EPSILON);
});

/** A convolution over a picture that goes on beyond its edge as in a mirror. */
const mirroredConv = (w: Weights, x: Value, outputs: number, kernel: number, stride = 1): Value => {
  const border = (kernel - 1) / 2;
  return conv(w, op.padReflect(x, [0, 0, border, border]), outputs, kernel, { stride });
};

/** A convolution whose weights are stored in 8 bits; without a stored bias it has none. */
const conv = block((w: Weights, x: Value, outputs: number, kernel: number, options: op.ConvOptions = {}): Value => {
  const perGroup = (x.shape[1] as number) / (options.groups ?? 1);
  const bytes = w.stored("weight", "int8", [outputs, perGroup, kernel, kernel]);
  const weight = op.dequantizeLinear(bytes, w.tensor("scale", [outputs]));
  return op.conv(x, weight, w.has("bias") ? w.tensor("bias", [outputs]) : null, options);
});
