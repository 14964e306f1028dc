/** CLIP's text encoder (Radford et al. 2021; `CLIPTextModel` in transformers): token ids to a sequence of states. */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { only, settings } from "../src/onnx/settings-schema.ts";
import type { Weights } from "../src/onnx/weights.ts";
import { clipEncoderLayer } from "./clip-encoder.ts";
import { layerNorm } from "./layers.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `text_encoder/config.json` */
export const clipTextConfigSchema = settings(
  {
    model_type: only("clip_text_model", "clip"),
    vocab_size: z.int().positive().default(49_408),
    hidden_size: z.int().positive(),
    intermediate_size: z.int().positive(),
    num_hidden_layers: z.int().positive(),
    num_attention_heads: z.int().positive(),
    max_position_embeddings: z.int().positive().default(77),
    hidden_act: z.enum(["quick_gelu", "gelu"]).default("quick_gelu"),
    layer_norm_eps: z.number().positive().default(1e-5),
  },
  ["projection_dim", ...TRANSFORMERS_SETTINGS],
).transform((config) => ({
  vocabulary: config.vocab_size,
  width: config.hidden_size,
  innerWidth: config.intermediate_size,
  layers: config.num_hidden_layers,
  heads: config.num_attention_heads,
  positions: config.max_position_embeddings,
  activation: config.hidden_act,
  epsilon: config.layer_norm_eps,
}));

export type ClipTextConfig = z.infer<typeof clipTextConfigSchema>;

/** Rows of the embedding table: int64 ids [N, length] -> [N, length, width]. */
export function tokenEmbeddings(weights: Weights, config: ClipTextConfig, ids: Value): Value {
  const w = rootOf(weights).scope("embeddings.token_embedding");
  return w.graph.scoped(w.path, () => op.gather(w.tensor("weight", [config.vocabulary, config.width]), ids));
}

/** Token embeddings [N, length, width] (a learned vector may be among them) -> final states [N, length, width]. */
export function clipText(weights: Weights, config: ClipTextConfig, embeddings: Value): Value {
  const w = rootOf(weights);
  const [, length] = embeddings.shape as [number, number, number];
  const table = w.scope("embeddings.position_embedding").tensor("weight", [config.positions, config.width]);
  let x = op.add(embeddings, op.slice(table, 0, 0, length));
  const mask = op.causalBias(x, length);
  for (let i = 0; i < config.layers; i++) x = clipEncoderLayer(w.scope(`encoder.layers.${i}`), config, x, mask);
  return layerNorm(w.scope("final_layer_norm"), x, config.epsilon);
}

/** Files differ in whether the keys begin with the name of the tower. */
const rootOf = (w: Weights): Weights => (w.has("text_model.final_layer_norm.weight") ? w.scope("text_model") : w);
