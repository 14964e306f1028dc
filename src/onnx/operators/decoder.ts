/** What decoder-only language models (LLaMA) need beyond the common operators. */
import type { Value } from "../graph.ts";

/** Rotates pairs of [N, length, heads · d] by their position (int64 [N, length]); tables are [positions, d / 2]. */
export const rotaryEmbedding = (x: Value, positions: Value, cos: Value, sin: Value, heads: number): Value =>
  x.graph.emit("RotaryEmbedding", [x, positions, cos, sin], x, { num_heads: heads }, "com.microsoft");
