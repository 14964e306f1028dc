/** Matrix products, and what a layer of two halves makes of its own. */
import { expectRank, expectSameDtype, type Graph, type Value } from "../graph.ts";
import { broadcast, type Dim, showShape } from "../shape.ts";
import { add, gelu, mul } from "./elementwise.ts";
import { split } from "./shaping.ts";

/** Batched matrix product by numpy's rule: [..., m, k] x [..., k, n] -> [..., m, n]. */
export function matmul(a: Value, b: Value): Value {
  expectSameDtype("MatMul", a, b);
  const [m, k] = lastTwo(a);
  const [rows, n] = lastTwo(b);
  expectInner("MatMul", a, b, k, rows);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return a.graph.emit("MatMul", [a, b], { dtype: a.dtype, shape: [...batch, m, n] });
}

export interface GemmOptions {
  /** `a` is given as [k, m]. */
  readonly transA?: boolean;
  /** `b` is given as [n, k], which is how PyTorch keeps a linear layer's weight. */
  readonly transB?: boolean;
}

/** [m, k] x [k, n] + bias [n] -> [m, n]. */
export function gemm(a: Value, b: Value, bias: Value | null = null, options: GemmOptions = {}): Value {
  expectSameDtype("Gemm", a, b, bias);
  const [a0, a1] = expectRank("Gemm", a, 2) as [Dim, Dim];
  const [b0, b1] = expectRank("Gemm", b, 2) as [Dim, Dim];
  const [m, k] = options.transA ? [a1, a0] : [a0, a1];
  const [rows, n] = options.transB ? [b1, b0] : [b0, b1];
  expectInner("Gemm", a, b, k, rows);
  const attributes = { ...(options.transA && { transA: 1 }), ...(options.transB && { transB: 1 }) };
  return a.graph.emit("Gemm", bias ? [a, b, bias] : [a, b], { dtype: a.dtype, shape: [m, n] }, attributes);
}

/** GEGLU's kernels are for the widths of Stable Diffusion's levels. */
const GEGLU_WIDTHS: readonly unknown[] = [2560, 5120, 10_240];

/** Whether `geglu` of a graph is one operator for inputs of this width. */
export const hasFusedGeglu = (graph: Graph, width: number): boolean =>
  graph.fusions.has("bias-split-gelu") && GEGLU_WIDTHS.includes(width);

/** GEGLU (Shazeer 2020): the first half of x + bias, gated by GELU of the second. x [N, length, 2 d] -> [N, length, d] */
export function geglu(x: Value, bias: Value): Value {
  const [n, length, width] = expectRank("geglu", x, 3) as [Dim, Dim, number];
  if (hasFusedGeglu(x.graph, width))
    return x.graph.emit(
      "BiasSplitGelu",
      [x, bias],
      { dtype: x.dtype, shape: [n, length, width / 2] },
      {},
      "com.microsoft",
    );
  const [value, gate] = split(add(x, bias), [width / 2, width / 2], 2) as [Value, Value];
  return mul(value, gelu(gate));
}

const lastTwo = (x: Value): [Dim, Dim] => {
  if (x.shape.length < 2) throw new TypeError(`MatMul: ${x.name} is ${showShape(x.shape)}, expected a matrix`);
  return x.shape.slice(-2) as [Dim, Dim];
};

function expectInner(operator: string, a: Value, b: Value, k: Dim, rows: Dim): void {
  if (k !== rows)
    throw new RangeError(
      `${operator}: ${a.name} ${showShape(a.shape)} and ${b.name} ${showShape(b.shape)} do not multiply`,
    );
}
