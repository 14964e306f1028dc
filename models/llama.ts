/** LLaMA (Touvron et al. 2023; `LlamaModel` in transformers): token embeddings to the logits of the next token. */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { projection } from "./projection.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `text_config` of a LLaVA checkpoint, or LLaMA's own `config.json`; what is left out has LLaMA-2-7B's value. */
export const llamaConfigSchema = settings(
  {
    model_type: only("llama", "mistral"),
    vocab_size: z.int().positive().default(32_000),
    hidden_size: z.int().positive().default(4096),
    intermediate_size: z.int().positive().default(11_008),
    num_hidden_layers: z.int().positive().default(32),
    num_attention_heads: z.int().positive().default(32),
    num_key_value_heads: z.int().positive().nullish(),
    head_dim: z.int().positive().nullish(),
    rms_norm_eps: z.number().positive().default(1e-5),
    max_position_embeddings: z.int().positive().default(4096),
    rope_theta: z.number().positive().nullish(),
    rope_parameters: settings({ rope_theta: z.number().positive().nullish(), rope_type: only("default") }).nullish(),
    hidden_act: only("silu"),
    // A picture, a question and a description take a third of it.
    sliding_window: z.int().min(2048).nullish(),
  },
  ["max_sequence_length", ...TRANSFORMERS_SETTINGS],
).transform((config) => ({
  vocabulary: config.vocab_size,
  width: config.hidden_size,
  innerWidth: config.intermediate_size,
  layers: config.num_hidden_layers,
  heads: config.num_attention_heads,
  kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
  headWidth: config.head_dim ?? config.hidden_size / config.num_attention_heads,
  epsilon: config.rms_norm_eps,
  positions: config.max_position_embeddings,
  ropeBase: config.rope_theta ?? config.rope_parameters?.rope_theta ?? 10_000,
}));

export type LlamaConfig = z.infer<typeof llamaConfigSchema>;

/** Attention over new queries, keys and values [..., length, heads · d] and whatever a cache holds; not yet rotated. */
export type Attend = (layer: number, q: Value, k: Value, v: Value) => Value;

/** Some of the positions of [..., length, n]. */
export type Select = (states: Value) => Value;

const everyPosition: Select = (states) => states;

/**
 * The decoder's layers, without the embedding before and the head after them.
 *
 * @param x [..., length, width]
 * @param wanted positions whose result is wanted: the last layer attends to all, and computes the rest for these alone
 */
export function llama(
  weights: Weights,
  config: LlamaConfig,
  x: Value,
  attend: Attend,
  wanted: Select = everyPosition,
): Value {
  let states = x;
  for (let i = 0; i < config.layers; i++) {
    const select = i === config.layers - 1 ? wanted : everyPosition;
    states = decoderLayer(weights.scope(`layers.${i}`), config, states, (q, k, v) => attend(i, q, k, v), select);
  }
  return rmsNorm(weights.scope("norm"), states, config.epsilon);
}

/** States [..., length, width] -> logits [..., length, vocabulary]. */
export const languageHead = (weights: Weights, config: LlamaConfig, states: Value): Value =>
  projection(weights, states, config.vocabulary);

type AttendHere = (q: Value, k: Value, v: Value) => Value;

const decoderLayer = block((w: Weights, config: LlamaConfig, x: Value, attend: AttendHere, select: Select): Value => {
  const { heads, kvHeads, headWidth, width, epsilon } = config;
  const a = w.scope("self_attn");
  const normal = rmsNorm(w.scope("input_layernorm"), x, epsilon);
  const mixed = attend(
    projection(a.scope("q_proj"), normal, heads * headWidth),
    projection(a.scope("k_proj"), normal, kvHeads * headWidth),
    projection(a.scope("v_proj"), normal, kvHeads * headWidth),
  );
  const y = op.add(select(x), projection(a.scope("o_proj"), select(mixed), width));
  return op.add(y, gatedMlp(w.scope("mlp"), config, rmsNorm(w.scope("post_attention_layernorm"), y, epsilon)));
});

/** SwiGLU (Shazeer 2020): down(silu(gate(x)) · up(x)). */
const gatedMlp = block((w: Weights, { innerWidth, width }: LlamaConfig, x: Value): Value => {
  const gate = op.silu(projection(w.scope("gate_proj"), x, innerWidth));
  return projection(w.scope("down_proj"), op.mul(gate, projection(w.scope("up_proj"), x, innerWidth)), width);
});

/** Zhang & Sennrich 2019: x / sqrt(mean(x²) + epsilon) · weight. */
const rmsNorm = block((w: Weights, x: Value, epsilon: number): Value =>
  op.rmsNorm(x, w.tensor("weight", [x.shape.at(-1) as number]), epsilon),
);
