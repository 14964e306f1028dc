/** The layers that networks are made of, each over the weights of the PyTorch module of its name. */
import { op, type Value } from "../src/onnx/index.ts";
import { type Dim, elementCount } from "../src/onnx/shape.ts";
import { block, type Weights } from "../src/onnx/weights.ts";

export interface LinearOptions {
  /** Only these outputs of the stored layer: `start` of `total`. */
  readonly rows?: { readonly start: number; readonly total: number };
  /** Default `true`: what there is of a bias is added. */
  readonly bias?: boolean;
}

/**
 * x Wᵀ + b over the last axis: [..., in] -> [..., outputs]. A layer without a stored bias has none. Low-rank updates of W
 * run beside it: multiplied into W they would copy every weight into memory (`docs/decisions/0044-lora-as-branches.md`).
 */
export const linear = block(
  (w: Weights, x: Value, outputs: number, { rows, bias: hasBias = true }: LinearOptions = {}): Value => {
    const inputs = x.shape.at(-1) as number;
    const take = (name: string, shape: readonly number[]): Value =>
      rows ? w.rows(name, [rows.total, ...shape.slice(1)], rows.start, outputs) : w.tensor(name, shape);
    const bias = hasBias && w.has("bias") ? take("bias", [outputs]) : null;
    const lines = op.reshape(x, [elementCount(x.shape) / inputs, inputs]);
    const stored = [rows?.total ?? outputs, inputs];
    const isRounded = w.graph.products === "int8" && lines.shape[0] !== 1;
    let y = isRounded
      ? op.gemmInt8(lines, w.rounded("weight", stored, rows?.start, outputs), bias)
      : op.gemm(lines, take("weight", [outputs, inputs]), bias, { transB: true });
    for (const { down, up } of w.updates("weight", stored, rows?.start, outputs))
      y = op.add(y, op.gemm(op.gemm(lines, down, null, { transB: true }), up, null, { transB: true }));
    return op.reshape(y, [...x.shape.slice(0, -1), outputs]);
  },
);

export interface Conv2dOptions {
  readonly stride?: number;
  readonly padding?: op.Padding | number;
  readonly dilation?: number;
  /** Default `true`. */
  readonly bias?: boolean;
}

/** Layers with fewer channels on a side, latents and pictures, stay exact: they cost little and carry everything. */
const FEWEST_ROUNDED = 8;

/** Convolution with a square kernel, padded to keep the size unless told otherwise: [N, in, H, W] -> [N, out, H', W']. */
export const conv2d = block(
  (w: Weights, x: Value, outputs: number, kernel: number, { bias: hasBias = true, ...options }: Conv2dOptions = {}) => {
    const inputs = x.shape[1] as number;
    const shape = [outputs, inputs, kernel, kernel];
    const bias = hasBias ? w.tensor("bias", [outputs]) : null;
    const window = { padding: (kernel - 1) / 2, ...options };
    const keepsSize = options.stride === undefined && options.padding === undefined;
    const isRounded = w.graph.products === "int8" && keepsSize && Math.min(inputs, outputs) >= FEWEST_ROUNDED;
    let y = isRounded
      ? op.convInt8(x, w.rounded("weight", shape), kernel, bias)
      : op.conv(x, w.tensor("weight", shape), bias, window);
    for (const { down, up } of w.updates("weight", shape))
      y = op.add(y, op.conv(op.conv(x, down, null, window), op.reshape(up, [...up.shape, 1, 1])));
    return y;
  },
);

const normalised =
  (activation: "none" | "silu") =>
  (w: Weights, x: Value, groups: number, epsilon: number): Value => {
    const channels = x.shape[1] as number;
    return op.groupNorm(x, groups, w.tensor("weight", [channels]), w.tensor("bias", [channels]), epsilon, activation);
  };

export const groupNorm = block(normalised("none"));
/** With SiLU after it, which some devices do in one go. */
export const groupNormSilu = block(normalised("silu"));

export const layerNorm = block((w: Weights, x: Value, epsilon: number): Value => {
  const width = x.shape.at(-1) as number;
  return op.layerNorm(x, w.tensor("weight", [width]), w.tensor("bias", [width]), epsilon);
});

/** [N, C, H, W] as a sequence of pixels [N, H · W, C]. */
export function toSequence(x: Value): Value {
  const [n, channels, height, width] = x.shape as [Dim, number, number, number];
  return op.reshape(op.channelsLast(x), [n, height * width, channels]);
}

/** A sequence of pixels [N, H · W, C] as [N, C, H, W]. */
export function toPicture(x: Value, height: number, width: number): Value {
  const [n, , channels] = x.shape as [Dim, number, number];
  return op.channelsFirst(op.reshape(x, [n, height, width, channels]));
}
