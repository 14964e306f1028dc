/** What a device can be trusted with: found by trying, before a network is built for it. */
import type { Precision } from "../config.ts";
import { EngineError } from "../errors.ts";
import { Graph, type GraphOptions } from "./graph.ts";
import { attention } from "./operators/attention.ts";
import { type ExecutionDevice, openSession } from "./session.ts";
import { floatsOf, type FloatType, floatTensor } from "./tensor.ts";

export interface DeviceForms {
  readonly dtype: FloatType;
  readonly attention: NonNullable<GraphOptions["attention"]>;
}

/** [1, LENGTH, WIDTH] in HEADS heads: long enough to meet the tiled code of a fused kernel. */
const LENGTH = 192;
const WIDTH = 80;
const HEADS = 2;
const LARGEST_ERROR = 0.01;

/**
 * Chooses the element type and the form of attention for a device. On a processor: single precision and the fused
 * kernel. Elsewhere half precision where the device has it, and the fused kernel only where it agrees with the product
 * written out: on some WebGPU devices it is silently wrong from 64 tokens on.
 *
 * @throws EngineError when the device does not work, or `fp16` was asked for and it has none
 */
export async function probeDevice(device: ExecutionDevice, precision: Precision): Promise<DeviceForms> {
  if (device === "cpu") return { dtype: "float32", attention: "fused" };
  const dtype = precision === "auto" || precision === "fp16" ? await halfIfPossible(device, precision) : "float32";
  const explicit = await attend(device, dtype, "explicit");
  const fused = await attend(device, dtype, "fused").catch(() => null);
  const agrees = fused !== null && fused.every((value, i) => Math.abs(value - explicit[i]!) < LARGEST_ERROR);
  return { dtype, attention: agrees ? "fused" : "explicit" };
}

async function halfIfPossible(device: ExecutionDevice, precision: Precision): Promise<FloatType> {
  try {
    const [half, single] = [await attend(device, "float16", "explicit"), await attend(device, "float32", "explicit")];
    if (half.every((value, i) => Math.abs(value - single[i]!) < LARGEST_ERROR)) return "float16";
    if (precision === "auto") return "float32";
    throw new EngineError(`half precision is wrong on ${device}; set PRECISION=fp32`, { retryable: false });
  } catch (error) {
    if (precision === "auto") return "float32";
    throw error;
  }
}

/** Attention of a fixed small case; values are of the order of 1. */
async function attend(
  device: ExecutionDevice,
  dtype: FloatType,
  form: NonNullable<GraphOptions["attention"]>,
): Promise<Float32Array> {
  const graph = new Graph("attention-probe", { attention: form });
  const shape = [1, LENGTH, WIDTH];
  const [q, k, v] = ["q", "k", "v"].map((name) => graph.input(name, dtype, shape));
  graph.output("y", attention(q!, k!, v!, { heads: HEADS }));
  const session = await openSession(graph, { device });
  const wave = (pace: number) =>
    floatTensor(dtype, { data: Float32Array.from({ length: LENGTH * WIDTH }, (_, i) => Math.sin(i * pace)), shape });
  try {
    return floatsOf(await session.runOne({ q: wave(0.37), k: wave(0.91), v: wave(1.7) })).data;
  } finally {
    await session.release();
  }
}
