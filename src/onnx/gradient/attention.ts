/** The derivative of fused attention, in bounded memory. */
import type { Value } from "../graph.ts";
import {
  add,
  concat,
  matmul,
  mul,
  reduceSum,
  reshape,
  scale,
  slice,
  softmax,
  split,
  sub,
  transpose,
} from "../operators.ts";
import { staticShape } from "../shape.ts";
import type { Rule } from "./rules.ts";

/**
 * y = P v with P = softmax(s q kᵀ + bias), per head. The forward kernel keeps no P, so it is computed again:
 * dv = Pᵀ dy, dS = P ∘ (dy vᵀ - Σ dy ∘ y), dq = s dS k, dk = s dSᵀ q
 * (the recomputation of FlashAttention, Dao et al. 2022, appendix B.2).
 *
 * Queries are taken in chunks. onnxruntime runs a graph depth first and would postpone the sums over chunks, keeping
 * every chunk's P until the end; so each chunk also depends on an empty slice of what the chunk before it produced.
 */
export const attentionRule: Rule = ({ node, dy, wanted, queryChunk }) => {
  const [q, k, v, keyPadding, mask, bias] = node.inputs;
  if (!q || !k || !v || keyPadding || mask) throw new TypeError(`${node.name}: this form of attention has no gradient`);
  const [wantQ, wantK, wantV] = wanted;
  const heads = node.attributes["num_heads"] as number;
  const [n, queries, width] = staticShape(q.shape) as [number, number, number];
  const [, keys, valueWidth] = staticShape(v.shape) as [number, number, number];
  const factor = (node.attributes["scale"] as { float: number } | undefined)?.float ?? 1 / Math.sqrt(width / heads);

  /** [n, length, heads · d] as [n, heads, length, d] */
  const apart = (x: Value): Value => {
    const [, length, wide] = staticShape(x.shape) as [number, number, number];
    return transpose(reshape(x, [n, length, heads, wide / heads]), [0, 2, 1, 3]);
  };
  /** [n, heads, length, d] as [n, length, heads · d] */
  const together = (x: Value): Value => {
    const [, , length, d] = staticShape(x.shape) as [number, number, number, number];
    return reshape(transpose(x, [0, 2, 1, 3]), [n, length, heads * d]);
  };
  const flip = (x: Value): Value => transpose(x, [0, 1, 3, 2]);

  const sizes = chunkSizes(queries, queryChunk);
  const chunksOf = (x: Value, axis = 1): readonly Value[] => (sizes.length === 1 ? [x] : split(x, sizes, axis));
  const [qs, dys, ys] = [chunksOf(q), chunksOf(dy), chunksOf(node.outputs[0]!)];
  const biases = bias && staticShape(bias.shape)[2] === queries ? chunksOf(bias, 2) : sizes.map(() => bias);
  const [keysT, valuesT, keysApart] = [flip(apart(k)), flip(apart(v)), apart(k)];

  const dq: Value[] = [];
  let [dk, dv]: (Value | undefined)[] = [];
  sizes.forEach((_, i) => {
    const previous = [dq.at(-1), dk, dv].filter((value) => value !== undefined);
    const after = (x: Value, wide: number): Value =>
      concat([x, ...previous.map((value) => emptySlice(value, n, wide))], 1);
    const [qi, dyi, yi] = [apart(after(qs[i]!, width)), apart(after(dys[i]!, valueWidth)), apart(ys[i]!)];
    const scores = scale(matmul(qi, keysT), factor);
    const p = softmax(biases[i] ? add(scores, biases[i]) : scores);
    if (wantV) dv = sum(dv, matmul(flip(p), dyi));
    if (!wantQ && !wantK) return;
    const ds = mul(p, sub(matmul(dyi, valuesT), reduceSum(mul(dyi, yi), [-1])));
    if (wantK) dk = sum(dk, scale(matmul(flip(ds), qi), factor));
    if (wantQ) dq.push(together(scale(matmul(ds, keysApart), factor)));
  });
  return [() => concat(dq, 1), () => together(dk!), () => together(dv!)];

  /** No elements of `value`, in the shape [n, 0, wide]: an order without data. */
  function emptySlice(value: Value, batch: number, wide: number): Value {
    const flat = value.shape.length === 4 ? reshape(value, [batch, keys, heads * (value.shape[3] as number)]) : value;
    return reshape(slice(flat, 1, 0, 0), [batch, 0, wide]);
  }
};

const sum = (total: Value | undefined, part: Value): Value => (total ? add(total, part) : part);

function chunkSizes(length: number, chunk: number): number[] {
  return Array.from({ length: Math.ceil(length / chunk) }, (_, i) => Math.min(chunk, length - i * chunk));
}
