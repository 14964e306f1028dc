/**
 * CLIP's vision transformer (Radford et al. 2021; `CLIPVisionModelWithProjection`): states of an inner layer, as LLaVA and
 * IP-Adapter take them, or one vector for the whole picture.
 */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { clipEncoderLayer } from "./clip-encoder.ts";
import { layerNorm, linear } from "./layers.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `vision_config` of a LLaVA checkpoint, or the tower's own `config.json`; defaults are transformers' own. */
export const clipVisionConfigSchema = settings(
  {
    model_type: only("clip_vision_model", "clip"),
    hidden_size: z.int().positive().default(768),
    intermediate_size: z.int().positive().default(3072),
    num_hidden_layers: z.int().positive().default(12),
    num_attention_heads: z.int().positive().default(12),
    image_size: z.int().positive().default(224),
    patch_size: z.int().positive().default(32),
    projection_dim: z.int().positive().default(512),
    num_channels: only(3),
    hidden_act: z.enum(["quick_gelu", "gelu"]).default("quick_gelu"),
    layer_norm_eps: z.number().positive().default(1e-5),
  },
  // LLaVA-1.5's own files name the vocabulary of CLIP's text encoder here.
  ["vocab_size", ...TRANSFORMERS_SETTINGS],
).transform((config) => ({
  width: config.hidden_size,
  innerWidth: config.intermediate_size,
  layers: config.num_hidden_layers,
  heads: config.num_attention_heads,
  imageSize: config.image_size,
  patchSize: config.patch_size,
  projectionWidth: config.projection_dim,
  activation: config.hidden_act,
  epsilon: config.layer_norm_eps,
}));

export type ClipVisionConfig = z.infer<typeof clipVisionConfigSchema>;

/** Patches of a square picture. */
const patchCount = ({ imageSize, patchSize }: ClipVisionConfig): number => (imageSize / patchSize) ** 2;

/**
 * States after a layer, the class token's first: [N, patches + 1, width].
 *
 * @param pixels [N, 3, imageSize, imageSize], normalised
 * @param layer which hidden state: -1 is the last layer's output, -2 (LLaVA, IP-Adapter plus) that of the layer before;
 *   layers after it are not built
 */
export function clipVisionStates(weights: Weights, config: ClipVisionConfig, pixels: Value, layer: number): Value {
  const w = towerOf(weights);
  const count = layer < 0 ? config.layers + 1 + layer : layer;
  return clipVisionLayers(w, config, embeddings(w.scope("embeddings"), config, pixels), count);
}

/** The transformer alone, its first `count` layers: [N, tokens, width] with their positions -> the same shape. */
export function clipVisionLayers(w: Weights, config: ClipVisionConfig, embedded: Value, count: number): Value {
  let x = layerNorm(w.scope("pre_layrnorm"), embedded, config.epsilon); // sic
  for (let i = 0; i < count; i++) x = clipEncoderLayer(w.scope(`encoder.layers.${i}`), config, x, null);
  return x;
}

/** The same without the class token: [N, patches, width]. */
export const clipVision = (weights: Weights, config: ClipVisionConfig, pixels: Value, layer: number): Value =>
  op.slice(clipVisionStates(weights, config, pixels, layer), 1, 1, patchCount(config) + 1);

/** The vector that CLIP compares with texts, not normalised: [N, projectionWidth]. */
export function clipImageVector(weights: Weights, config: ClipVisionConfig, pixels: Value): Value {
  const pooled = clipPooled(weights, config, pixels);
  return linear(weights.scope("visual_projection"), pooled, config.projectionWidth);
}

/** The class token's state after the last layer, normalised, which stands for the whole picture: [N, width]. */
export function clipPooled(weights: Weights, config: ClipVisionConfig, pixels: Value): Value {
  const states = op.slice(clipVisionStates(weights, config, pixels, -1), 1, 0, 1);
  const pooled = layerNorm(towerOf(weights).scope("post_layernorm"), states, config.epsilon);
  return op.reshape(pooled, [pixels.shape[0]!, config.width]);
}

const towerOf = (weights: Weights): Weights =>
  weights.has("vision_model.pre_layrnorm.weight") ? weights.scope("vision_model") : weights;

/** Patches and a class token, each with its position: [N, 3, S, S] -> [N, patches + 1, width]. */
const embeddings = block((w: Weights, config: ClipVisionConfig, pixels: Value): Value => {
  const { width, patchSize } = config;
  const [n] = pixels.shape as [number];
  const kernel = w.scope("patch_embedding").tensor("weight", [width, 3, patchSize, patchSize]);
  const count = patchCount(config);
  const patches = op.transpose(
    op.reshape(op.conv(pixels, kernel, null, { stride: patchSize }), [n, width, count]),
    [0, 2, 1],
  );
  const classToken = op.expand(op.reshape(w.tensor("class_embedding", [width]), [1, 1, width]), [n, 1, width]);
  const positions = w.scope("position_embedding").tensor("weight", [count + 1, width]);
  return op.add(op.concat([classToken, patches], 1), positions);
});
