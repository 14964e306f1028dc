/** Weights kept in fewer bits than they are computed with. */
import type { DType } from "../dtype.ts";
import { type Attribute, type Value } from "../graph.ts";
import { axisOf, type Dim, showShape } from "../shape.ts";

/** (x - zeroPoint) · scale; scale and zero point are scalars, or vectors along `axis`. */
export function dequantizeLinear(x: Value, scale: Value, zeroPoint: Value | null = null, axis = 0): Value {
  const attributes = scale.shape.length === 0 ? {} : { axis: axisOf(x.shape, axis) };
  const inputs = zeroPoint ? [x, scale, zeroPoint] : [x, scale];
  return x.graph.emit("DequantizeLinear", inputs, { dtype: scale.dtype, shape: x.shape }, attributes);
}

/** x as unsigned bytes with one scale and zero point, found from its range when it runs. */
export function dynamicQuantizeLinear(x: Value): {
  readonly bytes: Value;
  readonly scale: Value;
  readonly zero: Value;
} {
  const [bytes, scale, zero] = x.graph.emitMany(
    "DynamicQuantizeLinear",
    [x],
    [
      { dtype: "uint8", shape: x.shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ],
  ) as [Value, Value, Value];
  return { bytes, scale, zero };
}

export interface BlockQuantized {
  /** [n, ceil(k / blockSize), blockSize · bits / 8] bytes */
  readonly packed: Value;
  /** [n · ceil(k / blockSize)] or [n, ceil(k / blockSize)] */
  readonly scales: Value;
  /** Packed as `packed` is; 2^(bits - 1) when left out. */
  readonly zeroPoints?: Value;
  readonly n: number;
  readonly k: number;
  readonly bits: 2 | 4 | 8;
  readonly blockSize: number;
  /** 4 computes in int8, 0 in the element type of x. */
  readonly accuracyLevel?: 0 | 4;
}

/** [..., k] x (n weights of k numbers each, quantised in blocks) -> [..., n]. */
export function matmulNBits(x: Value, weight: BlockQuantized): Value {
  const k = x.shape.at(-1);
  if (k !== weight.k)
    throw new RangeError(`MatMulNBits: ${x.name} is ${showShape(x.shape)}, expected [..., ${weight.k}]`);
  const attributes: Record<string, Attribute> = {
    K: weight.k,
    N: weight.n,
    bits: weight.bits,
    block_size: weight.blockSize,
    accuracy_level: weight.accuracyLevel ?? 0,
  };
  const shape: Dim[] = [...x.shape.slice(0, -1), weight.n];
  const inputs = [x, weight.packed, weight.scales, ...(weight.zeroPoints ? [weight.zeroPoints] : [])];
  return x.graph.emit("MatMulNBits", inputs, { dtype: x.dtype, shape }, attributes, "com.microsoft");
}

/** Integer product, then scales and zero points taken off: a [m, k] bytes x b [k, n] int8 -> float32 [m, n]. */
export function matmulIntegerToFloat(
  a: { readonly bytes: Value; readonly scale: Value; readonly zero: Value },
  b: { readonly bytes: Value; readonly scale: Value },
  bias: Value | null = null,
): Value {
  const dtype: DType = "float32";
  const shape = [...a.bytes.shape.slice(0, -1), b.bytes.shape.at(-1)!];
  const inputs = [a.bytes, b.bytes, a.scale, b.scale, a.zero, null, ...(bias ? [bias] : [])];
  return a.bytes.graph.emit("MatMulIntegerToFloat", inputs, { dtype, shape }, {}, "com.microsoft");
}
