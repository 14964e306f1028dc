/** Scaled dot-product attention over several heads. */
import { constantLike, expectRank, expectSameDtype, type Value } from "../graph.ts";
import { type Dim, showShape } from "../shape.ts";
import { add, scale } from "./elementwise.ts";
import { matmul } from "./linear.ts";
import { softmax } from "./reduction.ts";
import { reshape, slice, transpose } from "./shaping.ts";

export interface AttentionOptions {
  readonly heads: number;
  /** Added to the scores, broadcast to [N, heads, queries, keys]. */
  readonly bias?: Value;
  /** Factor on the scores; 1 / sqrt(head width) when left out. */
  readonly scale?: number;
}

/**
 * softmax(q kᵀ · scale + bias) v, heads side by side in the last axis.
 *
 * @param q [N, queries, heads · d]
 * @param k [N, keys, heads · d]
 * @param v [N, keys, heads · dv]
 * @returns [N, queries, heads · dv]
 */
export function attention(q: Value, k: Value, v: Value, options: AttentionOptions): Value {
  expectSameDtype("attention", q, k, v);
  const [, , width] = expectRank("attention", q, 3);
  if (typeof width !== "number" || width % options.heads !== 0)
    throw new RangeError(`attention: ${showShape(q.shape)} does not divide into ${options.heads} heads`);
  const factor = options.scale ?? 1 / Math.sqrt(width / options.heads);
  return q.graph.attention === "fused" ? fused(q, k, v, options, factor) : explicit(q, k, v, options, factor);
}

/**
 * The same of queries, keys and values from one product, those of each head beside each other: [N, length, heads, 3, d].
 * CUDA has a kernel for it; other devices open it and fail when they run.
 *
 * @returns [N, length, heads · d]
 */
export function packedAttention(qkv: Value): Value {
  const [n, length, heads, , d] = expectRank("packedAttention", qkv, 5) as [Dim, Dim, number, number, number];
  if (!qkv.graph.fusions.has("packed-attention")) {
    const part = (at: number): Value => reshape(slice(qkv, 3, at, at + 1), [n, length, heads * d]);
    return attention(part(0), part(1), part(2), { heads });
  }
  const attributes = { num_heads: heads, scale: { float: 1 / Math.sqrt(d) } };
  const type = { dtype: qkv.dtype, shape: [n, length, heads * d] };
  return qkv.graph.emit("MultiHeadAttention", [qkv], type, attributes, "com.microsoft");
}

/** A flash kernel on the CPU: no matrix of scores is ever kept. */
function fused(q: Value, k: Value, v: Value, { heads, bias }: AttentionOptions, factor: number): Value {
  const inputs = bias ? [q, k, v, null, null, bias] : [q, k, v];
  const shape = [q.shape[0]!, q.shape[1]!, v.shape[2]!];
  const attributes = { num_heads: heads, scale: { float: factor } };
  return q.graph.emit("MultiHeadAttention", inputs, { dtype: q.dtype, shape }, attributes, "com.microsoft");
}

function explicit(q: Value, k: Value, v: Value, { heads, bias }: AttentionOptions, factor: number): Value {
  const scores = matmul(scale(splitHeads(q, heads, [0, 2, 1, 3]), factor), splitHeads(k, heads, [0, 2, 3, 1]));
  const weights = softmax(bias ? add(scores, bias) : scores);
  const mixed = transpose(matmul(weights, splitHeads(v, heads, [0, 2, 1, 3])), [0, 2, 1, 3]);
  return reshape(mixed, [q.shape[0]!, q.shape[1]!, v.shape[2]!]);
}

/** [N, length, heads · d] as [N, length, heads, d], its axes in the given order. */
function splitHeads(x: Value, heads: number, order: readonly number[]): Value {
  const [n, length, width] = x.shape as [Dim, Dim, number];
  return transpose(reshape(x, [n, length, heads, width / heads]), order);
}

/** Keeps a position from seeing later ones: [1, 1, length, length], 0 on and below the diagonal, very low above. */
export function causalBias(like: Value, length: number): Value {
  const low = like.dtype === "float16" ? -65504 : -3.4028234663852886e38;
  const numbers = Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? low : 0));
  return constantLike(like, numbers, [1, 1, length, length]);
}
