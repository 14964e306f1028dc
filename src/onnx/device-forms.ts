/** What a device can be trusted with: found by trying it on a network of a few thousand numbers. */
import { EngineError } from "../errors.ts";
import { seededRandom } from "../random.ts";
import type { ExecutionDevice, Precision } from "./devices.ts";
import { Graph, type GraphOptions } from "./graph.ts";
import * as op from "./operators.ts";
import { openSession } from "./session.ts";
import { floatsOf, type FloatType, floatTensor } from "./tensor.ts";

/** In which element type a device computes, and how it attends. */
export interface DeviceForms {
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
}

/** Wrong kernels were seen to be off by 1 to 25 %; honest half precision is within 0.5 %. */
const TOLERANCE = 0.01;

/** A picture whose pixels are tokens enough to meet the tiled code of a fused kernel. */
const [HEIGHT, BREADTH, WIDTH, HEADS] = [16, 12, 80, 2];

/**
 * Chooses the element type and the form of attention for a device. On a processor: single precision and the fused
 * kernel. Elsewhere half precision where the device has it, and the fused kernel only where it agrees with the product
 * written out: on some WebGPU devices it is silently wrong from 64 tokens on.
 *
 * @param run runs the trial network in a form
 * @throws EngineError when the device does not work or computes wrong numbers, or `fp16` was asked for and it has none
 */
export async function chooseForms(
  device: ExecutionDevice,
  precision: Precision,
  run: (device: ExecutionDevice, forms: DeviceForms) => Promise<Float32Array> = runTrial,
): Promise<DeviceForms> {
  const exact = await run("cpu", { dtype: "float32", attention: "explicit" });
  if (device === "cpu") return { dtype: "float32", attention: "fused" };
  const errorOf = async (forms: DeviceForms): Promise<number> => relativeError(await run(device, forms), exact);
  const error = await errorOf({ dtype: "float32", attention: "explicit" });
  if (!(error < TOLERANCE)) {
    const words = `${device} computes wrong numbers (off by ${(error * 100).toFixed(1)} % in a self-test)`;
    throw new EngineError(words, { retryable: false });
  }
  const isRight = async (forms: DeviceForms): Promise<boolean> =>
    errorOf(forms).then(
      (off) => off < TOLERANCE,
      () => false,
    );
  const mayHalve = precision === "auto" || precision === "fp16";
  const dtype = mayHalve && (await isRight({ dtype: "float16", attention: "explicit" })) ? "float16" : "float32";
  if (precision === "fp16" && dtype === "float32")
    throw new EngineError(`${device} has no half precision that is right; set PRECISION=fp32`, { retryable: false });
  return { dtype, attention: (await isRight({ dtype, attention: "fused" })) ? "fused" : "explicit" };
}

/** A convolution, products, a normalisation and attention: what the networks are made of. */
function trialNetwork({ dtype, attention }: DeviceForms): Graph {
  const random = seededRandom(7);
  const graph = new Graph("device self-test", { attention });
  const constant = (shape: readonly number[]) => {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const values = Float32Array.from({ length }, () => random() - 0.5);
    return op.cast(graph.constant("float32", values, shape), dtype);
  };
  const x = op.cast(graph.input("x", "float32", [1, 4, HEIGHT, BREADTH]), dtype);
  const features = op.conv(x, constant([WIDTH, 4, 3, 3]), null, { padding: 1 });
  const tokens = op.transpose(op.reshape(features, [1, WIDTH, HEIGHT * BREADTH]), [0, 2, 1]);
  const normal = op.layerNorm(tokens, constant([WIDTH]), constant([WIDTH]), 1e-5);
  const [q, k, v] = ["q", "k", "v"].map(() => op.matmul(normal, constant([WIDTH, WIDTH])));
  graph.output("y", op.cast(op.attention(q!, k!, v!, { heads: HEADS }), "float32"));
  return graph;
}

/** The trial network's answer, [192 tokens · 80]. @throws EngineError when the device cannot run it */
export async function runTrial(device: ExecutionDevice, forms: DeviceForms): Promise<Float32Array> {
  const session = await openSession(trialNetwork(forms), { device });
  const shape = [1, 4, HEIGHT, BREADTH];
  const data = Float32Array.from({ length: 4 * HEIGHT * BREADTH }, (_, i) => Math.sin(i));
  try {
    return floatsOf(await session.runOne({ x: floatTensor("float32", { data, shape }) })).data;
  } finally {
    await session.release();
  }
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  const norm = (values: Float32Array): number => Math.hypot(...values);
  return norm(expected.map((value, i) => value - actual[i]!)) / norm(expected);
}
