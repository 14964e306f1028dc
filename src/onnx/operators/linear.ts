/** Matrix products. */
import { expectRank, expectSameDtype, type Value } from "../graph.ts";
import { broadcast, type Dim, showShape } from "../shape.ts";

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
