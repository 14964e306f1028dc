/** Two ways for a decoder to remember what it has read: our own generation loop's, and transformers.js'. */
import { op, type Graph, type Value } from "../src/onnx/index.ts";
import { type Dim, sumDims } from "../src/onnx/shape.ts";
import type { FloatType } from "../src/onnx/tensor.ts";
import type { Attend, LlamaConfig } from "./llama.ts";

interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
}

/** Tables [positions, d / 2] of the rotary embedding (Su et al. 2021, equation 15), all of it times `factor`. */
function rotaryTables(graph: Graph, config: LlamaConfig, dtype: FloatType, factor = 1): RotaryTables {
  const half = config.headWidth / 2;
  // Frequencies are rounded to single precision before they are multiplied, as in the reference.
  const angles = Array.from({ length: config.positions * half }, (_, i) => {
    const frequency = config.ropeBase ** (-(i % half) / half);
    return Math.floor(i / half) * Math.fround(frequency);
  });
  const table = (f: (angle: number) => number): Value =>
    graph.constant(
      dtype,
      angles.map((angle) => factor * f(angle)),
      [config.positions, half],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/**
 * A cache in two parts: the prefix (picture and question; read, never copied) and the recent tokens (short, handed on
 * from step to step). A single growing cache is copied whole for every token, a megabyte per position of a 7B model: with
 * a prefix of 640 positions a token then takes 1.39 times as long (two layers and the head: 12.5 ms of CPU against 9.0).
 *
 * Keys lie transposed, as their product with a single query reads them. The prefix may not be empty: mask a dummy.
 */
export interface SplitCache {
  /** int64 [1, length] */
  readonly positions: Value;
  /** [1, 1, length, prefix + recent + length], added to the scores; `null`: everything may be seen. */
  readonly mask: Value | null;
  /** What is kept of the prefix and of recent tokens, `key` [1, kvHeads, d, n] or `value` [1, kvHeads, n, d]. */
  readonly past: (part: "prefix" | "recent", layer: number, what: "key" | "value") => Value;
  /** Takes a layer's keys and values over recent and new positions. */
  readonly keep: (layer: number, key: Value, value: Value) => void;
}

/**
 * A split cache that comes and goes with every run: inputs `prefix.{i}.key`, `….value`, `recent.{i}.…`, `positions` and
 * `mask`.
 */
export function cacheOfInputs(
  graph: Graph,
  { kvHeads, headWidth: d }: LlamaConfig,
  dtype: FloatType,
  keep: SplitCache["keep"],
): SplitCache {
  return {
    positions: graph.input("positions", "int64", [1, "length"]),
    mask: graph.input("mask", dtype, [1, 1, "length", "prefix + recent + length"]),
    past: (part, layer, what) =>
      graph.input(`${part}.${layer}.${what}`, dtype, what === "key" ? [1, kvHeads, d, part] : [1, kvHeads, part, d]),
    keep,
  };
}

/** Attention over a split cache. */
export function attendOver(graph: Graph, config: LlamaConfig, dtype: FloatType, cache: SplitCache): Attend {
  const { heads, kvHeads, headWidth: d } = config;
  const { positions, mask, past } = cache;
  const length = positions.shape[1]!;
  const forKeys = rotaryTables(graph, config, dtype);
  // Attention's scale, too: onnxruntime would put a factor of its own into the product with the keys, which then takes
  // twice as long.
  const forQueries = rotaryTables(graph, config, dtype, 1 / Math.sqrt(d));
  const groups = heads / kvHeads;

  const rotated = (x: Value, n: number, { cos, sin }: RotaryTables): Value =>
    op.rotaryEmbedding(op.reshape(x, [1, length, n * d]), positions, cos, sin, n);
  /** [length, n · d] as [1, n, length, d], or as [1, n, d, length] */
  const apart = (x: Value, n: number): Value => op.transpose(op.reshape(x, [1, length, n, d]), [0, 2, 1, 3]);
  const apartTransposed = (x: Value, n: number): Value => op.transpose(op.reshape(x, [1, length, n, d]), [0, 2, 3, 1]);

  return (layer, q, k, v) => {
    const [prefixKey, prefixValue] = [past("prefix", layer, "key"), past("prefix", layer, "value")];
    const keys = op.concat([past("recent", layer, "key"), apartTransposed(rotated(k, kvHeads, forKeys), kvHeads)], 3);
    const values = op.concat([past("recent", layer, "value"), apart(v, kvHeads)], 2);
    // Queries of one group share keys: they stand below each other, so that one product serves them all.
    const queries = grouped(apart(rotated(q, heads, forQueries), heads));
    const scores = op.concat([op.matmul(queries, prefixKey), op.matmul(queries, keys)], 3);
    const weights = op.softmax(masked(scores));
    const [onPrefix, onRecent] = op.splitLike(weights, 3, [
      { value: prefixKey, axis: 3 },
      { value: keys, axis: 3 },
    ]);
    const mixed = ungrouped(op.add(op.matmul(onPrefix, prefixValue), op.matmul(onRecent, values)));
    cache.keep(layer, keys, values);
    return op.reshape(op.transpose(mixed, [0, 2, 1, 3]), [length, heads * d]);
  };

  function masked(scores: Value): Value {
    if (!mask) return scores;
    return op.add(scores, groups === 1 ? mask : op.concat(Array<Value>(groups).fill(mask), 2));
  }

  function grouped(x: Value): Value {
    return op.reshape(x, [1, kvHeads, sumDims(Array<Dim>(groups).fill(length)), d]);
  }

  function ungrouped(x: Value): Value {
    return op.reshape(x, [1, heads, length, d]);
  }
}

/** Of a key that may not be seen: far below any score, and finite in half precision. */
const UNSEEN = 60_000;

/**
 * The cache that transformers.js' decoders have: inputs `attention_mask` int64 [batch, total] and
 * `past_key_values.{i}.key`, `….value` [batch, kvHeads, past, d]; outputs `present.{i}.…` over past and new positions.
 * Positions follow from the mask.
 *
 * Nothing is computed in integers, which WebGPU would leave to the processor, and attention is written out, as CUDA has
 * onnxruntime's operator for it in half precision only: the mask picks from tables, and its sums are positions.
 */
export function mergedCache(graph: Graph, config: LlamaConfig, dtype: FloatType): Attend {
  const { heads, kvHeads, headWidth: d } = config;
  const groups = heads / kvHeads;
  const attentionMask = graph.input("attention_mask", "int64", [
    "batch_size",
    "past_sequence_length + sequence_length",
  ]);
  const unseen = op.gather(graph.constant("float32", [-1, 0]), attentionMask);
  const places = op.cumulativeSum(op.gather(graph.constant("float32", [0, 1]), attentionMask), 1);
  const forKeys = rotaryTables(graph, config, dtype);
  const forQueries = rotaryTables(graph, config, dtype, 1 / Math.sqrt(d));
  let positions: Value | undefined;
  let bias: Value | undefined;

  /** [batch, length, n · d] as [batch, n, length, d] */
  const apart = (x: Value, n: number): Value =>
    op.transpose(op.reshape(x, ["batch_size", "sequence_length", n, d]), [0, 2, 1, 3]);
  /** (a, b) as (a cos - b sin, b cos + a sin), where a and b are the halves of the last axis. */
  const rotated = (x: Value, at: Value, tables: RotaryTables): Value => {
    const [cos, sin] = [tables.cos, tables.sin].map((table) => op.unsqueeze(op.gather(table, at), 1)) as [Value, Value];
    const [a, b] = op.split(x, [d / 2, d / 2], 3) as [Value, Value];
    return op.concat([op.sub(op.mul(a, cos), op.mul(b, sin)), op.add(op.mul(b, cos), op.mul(a, sin))], 3);
  };

  return (layer, q, k, v) => {
    const shape = ["batch_size", kvHeads, "past_sequence_length", d];
    const pastKey = graph.input(`past_key_values.${layer}.key`, dtype, shape);
    const pastValue = graph.input(`past_key_values.${layer}.value`, dtype, shape);
    if (!positions || !bias) {
      const own = op.splitLike(places, 1, [
        { value: pastKey, axis: 2 },
        { value: q, axis: 1 },
      ])[1];
      positions = op.cast(op.shift(own, -1), "int32");
      // A key is seen by the queries in its place and later.
      const later = op.clip(op.sub(op.unsqueeze(own, 2), op.unsqueeze(places, 1)), -1, 0);
      const allowed = op.clip(op.add(later, op.unsqueeze(unseen, 1)), -1, 0);
      const mask = op.unsqueeze(op.cast(op.scale(allowed, UNSEEN), dtype), 1);
      bias = groups === 1 ? mask : op.concat(Array<Value>(groups).fill(mask), 2);
    }
    const keys = op.concat([pastKey, rotated(apart(k, kvHeads), positions, forKeys)], 2);
    const values = op.concat([pastValue, apart(v, kvHeads)], 2);
    // Queries of one group share keys: they stand below each other, so that one product serves them all.
    const below = ["batch_size", kvHeads, Array(groups).fill("sequence_length").join(" + "), d];
    const queries = op.reshape(rotated(apart(q, heads), positions, forQueries), below);
    const scores = op.matmul(queries, op.transpose(keys, [0, 1, 3, 2]));
    const mixed = op.matmul(op.softmax(op.add(scores, bias)), values);
    graph.output(`present.${layer}.key`, keys);
    graph.output(`present.${layer}.value`, values);
    const beside = op.transpose(op.reshape(mixed, ["batch_size", heads, "sequence_length", d]), [0, 2, 1, 3]);
    return op.reshape(beside, ["batch_size", "sequence_length", heads * d]);
  };
}
