/**
 * NSFWJS's classifier of pictures that are not for every place: MobileNetV2 with three layers on top. It knows photographs
 * and drawings; what it misses was not measured.
 */
import { Graph, op, type Value } from "../src/onnx/index.ts";
import { type MobileNetPlace, mobileNetV2 } from "./mobilenet-v2.ts";
import { DEPTHWISE, dequantised, OIHW, readTfjsWeights, type TfjsWeights } from "./tfjs-weights.ts";

/** What it tells apart, in the order of its output. */
export const NSFW_CLASSES = ["drawing", "hentai", "neutral", "porn", "sexy"] as const;
/** Width and height of the picture it looks at, pixels. */
export const NSFW_SIDE = 224;

const EPSILON = 1e-3;
const HIDDEN = [256, 128, NSFW_CLASSES.length] as const;

/** The weights that come with the project: 8 bits, as published (2.6 MB). */
export const readNsfwWeights = (): TfjsWeights =>
  readTfjsWeights(new URL("nsfw-mobilenet/weights_manifest.json", import.meta.url));

/** Input `rgb` float32 [1, 3, 224, 224], 0 to 1. Output `classes` float32 [1, 5]: how likely each is, together 1. */
export function nsfwMobileNet(weights: TfjsWeights): Graph {
  const graph = new Graph("nsfw-mobilenet");
  const weight = (name: string, axes: readonly number[]): Value => dequantised(graph, weights, name, axes);
  const features = mobileNetV2(
    graph.input("rgb", "float32", [1, 3, NSFW_SIDE, NSFW_SIDE]),
    (place, x, outputs, _kernel, options) => {
      const [layer, norm] = namesOf(place);
      const isDepthwise = typeof place === "object" && place.part === "depthwise";
      const kernel = isDepthwise ? weight(`${layer}/depthwise_kernel`, DEPTHWISE) : weight(`${layer}/kernel`, OIHW);
      const stored = (name: string): Value => weight(`${norm}/${name}`, [0]);
      // Batch normalisation with the statistics of training is a factor and a sum for each channel.
      const deviation = op.sqrt(op.shift(stored("moving_variance"), EPSILON));
      const factor = op.div(stored("gamma"), deviation);
      const bias = op.sub(stored("beta"), op.mul(stored("moving_mean"), factor));
      return op.conv(x, op.mul(kernel, op.reshape(factor, [outputs, 1, 1, 1])), bias, options);
    },
  );
  let y = op.reshape(op.reduceMean(features, [2, 3]), [1, features.shape[1] as number]);
  for (const [i, outputs] of HIDDEN.entries()) {
    const name = `dense_${i + 1}`;
    const product = op.gemm(y, weight(`${name}/kernel`, [0, 1]), weight(`${name}/bias`, [0]));
    if (product.shape[1] !== outputs)
      throw new RangeError(`${name} has ${product.shape[1]} outputs, expected ${outputs}`);
    y = i < HIDDEN.length - 1 ? op.relu(product) : op.softmax(product);
  }
  graph.output("classes", y);
  return graph;
}

/** Keras's names of a convolution and of the normalisation after it. */
function namesOf(place: MobileNetPlace): readonly [layer: string, norm: string] {
  if (place === "first") return ["Conv1", "bn_Conv1"];
  if (place === "last") return ["Conv_1", "Conv_1_bn"];
  const layer = `${place.block === 0 ? "expanded_conv" : `block_${place.block}`}_${place.part}`;
  return [layer, `${layer}_BN`];
}
