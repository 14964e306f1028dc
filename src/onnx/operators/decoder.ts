/** What decoder-only language models (LLaMA) need beyond the common operators. */
import type { Value } from "../graph.ts";
import { type Dim, sumDims } from "../shape.ts";

export interface GroupQueryAttentionInputs {
  /** [N, new, heads · d] */
  readonly query: Value;
  /** [N, new, kvHeads · d] */
  readonly key: Value;
  readonly value: Value;
  /** [N, kvHeads, past, d] */
  readonly pastKey: Value;
  readonly pastValue: Value;
  /** int32 [N]: total length - 1 of each row */
  readonly lastPositions: Value;
  /** int32 scalar: past + new */
  readonly totalLength: Value;
  /** [positions, d / 2], with which queries and keys are rotated inside the operator */
  readonly rotary?: { readonly cos: Value; readonly sin: Value };
}

export interface GroupQueryAttentionResult {
  /** [N, new, heads · d] */
  readonly output: Value;
  /** [N, kvHeads, past + new, d] */
  readonly presentKey: Value;
  readonly presentValue: Value;
}

/** Causal attention over a cache of keys and values (onnxruntime's GroupQueryAttention). */
export function groupQueryAttention(
  inputs: GroupQueryAttentionInputs,
  options: { readonly heads: number; readonly kvHeads: number },
): GroupQueryAttentionResult {
  const { query, pastKey, rotary } = inputs;
  const [n, kvHeads, past, width] = pastKey.shape as [Dim, Dim, Dim, Dim];
  const present = { dtype: pastKey.dtype, shape: [n, kvHeads, sumDims([past, query.shape[1]!]), width] };
  const [output, presentKey, presentValue] = query.graph.emitMany(
    "GroupQueryAttention",
    [
      query,
      inputs.key,
      inputs.value,
      pastKey,
      inputs.pastValue,
      inputs.lastPositions,
      inputs.totalLength,
      ...(rotary ? [rotary.cos, rotary.sin] : []),
    ],
    [query, present, present],
    { num_heads: options.heads, kv_num_heads: options.kvHeads, do_rotary: rotary ? 1 : 0 },
    "com.microsoft",
  ) as [Value, Value, Value];
  return { output, presentKey, presentValue };
}

/** Rotates pairs of [N, length, heads · d] by their position (int64 [N, length]); tables are [positions, d / 2]. */
export const rotaryEmbedding = (x: Value, positions: Value, cos: Value, sin: Value, heads: number): Value =>
  x.graph.emit("RotaryEmbedding", [x, positions, cos, sin], x, { num_heads: heads }, "com.microsoft");
