/** Two ways for a decoder to remember what it has read: our own generation loop's, and transformers.js'. */
import { op, type Graph, type Value } from "../src/onnx/index.ts";
import type { FloatType } from "../src/onnx/tensor.ts";
import type { Attend, LlamaConfig } from "./llama.ts";

/** Tables [positions, d / 2] of the rotary embedding (Su et al. 2021, equation 15). */
export function rotaryTables(graph: Graph, config: LlamaConfig, dtype: FloatType): { cos: Value; sin: Value } {
  const half = config.headWidth / 2;
  const angles = Array.from({ length: config.positions * half }, (_, i) => {
    const frequency = config.ropeBase ** (-(i % half) / half);
    return Math.floor(i / half) * Math.fround(frequency);
  });
  const table = (f: (angle: number) => number): Value => graph.constant(dtype, angles.map(f), [config.positions, half]);
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/**
 * A cache in two parts: the prefix (picture and question; read, never copied) and the recent tokens (short, handed on
 * from step to step). A single growing cache would be copied whole for every token, half a megabyte per position.
 *
 * Inputs `prefix.{i}.key`, `prefix.{i}.value` [1, kvHeads, prefix, d], `recent.{i}.…` [1, kvHeads, recent, d],
 * `positions` int64 [1, length] and `mask` [1, 1, length, prefix + recent + length]; outputs `present.{i}.…`
 * [1, kvHeads, recent + length, d]. The prefix may not be empty: mask a dummy.
 */
export function splitCache(graph: Graph, config: LlamaConfig, dtype: FloatType): Attend {
  const { heads, kvHeads, headWidth: d } = config;
  const positions = graph.input("positions", "int64", [1, "length"]);
  const mask = graph.input("mask", dtype, [1, 1, "length", "prefix + recent + length"]);
  const { cos, sin } = rotaryTables(graph, config, dtype);
  const groups = heads / kvHeads;

  /** [length, n · d] rotated, as [1, n, length, d] */
  const apart = (x: Value, n: number, rotate: boolean): Value => {
    const batch = op.reshape(x, [1, "length", n * d]);
    const rotated = rotate ? op.rotaryEmbedding(batch, positions, cos, sin, n) : batch;
    return op.transpose(op.reshape(rotated, [1, "length", n, d]), [0, 2, 1, 3]);
  };
  const flip = (x: Value): Value => op.transpose(x, [0, 1, 3, 2]);

  return (layer, q, k, v) => {
    const past = (part: "prefix" | "recent", what: "key" | "value"): Value =>
      graph.input(`${part}.${layer}.${what}`, dtype, [1, kvHeads, part, d]);
    const prefixKey = past("prefix", "key");
    const prefixValue = past("prefix", "value");
    const keys = op.concat([past("recent", "key"), apart(k, kvHeads, true)], 2);
    const values = op.concat([past("recent", "value"), apart(v, kvHeads, false)], 2);
    // Queries of one group share keys: they stand below each other, so that one product serves them all.
    const queries = op.scale(grouped(apart(q, heads, true)), 1 / Math.sqrt(d));
    const scores = op.concat([op.matmul(queries, flip(prefixKey)), op.matmul(queries, flip(keys))], 3);
    const weights = op.softmax(op.add(scores, groups === 1 ? mask : op.concat(Array<Value>(groups).fill(mask), 2)));
    const [onPrefix, onRecent] = op.splitLike(weights, 3, [
      { value: prefixKey, axis: 2 },
      { value: keys, axis: 2 },
    ]) as [Value, Value];
    const mixed = ungrouped(op.add(op.matmul(onPrefix, prefixValue), op.matmul(onRecent, values)));
    graph.output(`present.${layer}.key`, keys);
    graph.output(`present.${layer}.value`, values);
    return op.reshape(op.transpose(mixed, [0, 2, 1, 3]), ["length", heads * d]);
  };

  function grouped(x: Value): Value {
    return op.reshape(x, [1, kvHeads, Array(groups).fill("length").join(" + "), d]);
  }

  function ungrouped(x: Value): Value {
    return op.reshape(x, [1, heads, "length", d]);
  }
}

/**
 * The cache that transformers.js' decoders have: inputs `attention_mask` int64 [batch, total] and
 * `past_key_values.{i}.key`, `….value` [batch, kvHeads, past, d]; outputs `present.{i}.…` over past and new positions.
 * Positions follow from the mask.
 */
export function mergedCache(graph: Graph, config: LlamaConfig, dtype: FloatType): Attend {
  const { heads, kvHeads, headWidth: d } = config;
  const attentionMask = graph.input("attention_mask", "int64", ["batch_size", "total_sequence_length"]);
  const ones = graph.constant("int64", [1]);
  const lengths = op.sub(op.reduceSum(attentionMask, [1], false), ones);
  const lastPositions = op.cast(lengths, "int32");
  const totalLength = op.reshape(op.cast(op.sizeOf(attentionMask, 1), "int32"), []);
  const rotary = rotaryTables(graph, config, dtype);
  return (layer, q, k, v) => {
    const shape = ["batch_size", kvHeads, "past_sequence_length", d];
    const pastKey = graph.input(`past_key_values.${layer}.key`, dtype, shape);
    const pastValue = graph.input(`past_key_values.${layer}.value`, dtype, shape);
    const { output, presentKey, presentValue } = op.groupQueryAttention(
      { query: q, key: k, value: v, pastKey, pastValue, lastPositions, totalLength, rotary },
      { heads, kvHeads },
    );
    graph.output(`present.${layer}.key`, presentKey);
    graph.output(`present.${layer}.value`, presentValue);
    return output;
  };
}
