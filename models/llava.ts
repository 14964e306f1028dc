/** LLaVA-1.5 (Liu et al. 2023), of which ShareGPT4V is one: a vision tower, a projector, a language model. */
import { z } from "zod";

import { type Graph, op, type Value } from "../src/onnx/index.ts";
import { only, settings } from "../src/onnx/settings-schema.ts";
import { block, type Weights } from "../src/onnx/weights.ts";
import { clipVision, clipVisionConfigSchema } from "./clip-vision.ts";
import { linear } from "./layers.ts";
import { type LlamaConfig, languageHead, llama, llamaConfigSchema, type Select } from "./llama.ts";
import { attendOver, cacheOfInputs, mergedCache, type SplitCache } from "./llama-cache.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `config.json` of the HF-Llava layout. */
export const llavaConfigSchema = settings(
  {
    model_type: z.literal("llava"),
    image_token_index: z.int().positive().optional(),
    image_token_id: z.int().positive().optional(),
    vision_feature_layer: z.int().default(-2),
    vision_config: clipVisionConfigSchema,
    text_config: llamaConfigSchema,
    vision_feature_select_strategy: only("default"),
    projector_hidden_act: only("gelu"),
    multimodal_projector_bias: only(true),
  },
  // LLaVA-1.5's own files repeat sizes of the language model.
  ["image_seq_length", "ignore_index", "vocab_size", "transformers.js_config", ...TRANSFORMERS_SETTINGS],
).transform((config) => ({
  /** The token that a picture's features stand in for. */
  imageToken: config.image_token_index ?? config.image_token_id ?? 32_000,
  visionLayer: config.vision_feature_layer,
  vision: config.vision_config,
  text: config.text_config,
}));

export type LlavaConfig = z.infer<typeof llavaConfigSchema>;

/** Input `pixel_values` [pictures, 3, S, S]; output `image_features` [pictures, patches, text width]. */
export function llavaVision(graph: Graph, weights: Weights, config: LlavaConfig, pictures: number): void {
  const { vision, visionLayer, text } = config;
  const pixels = graph.input("pixel_values", "float32", [pictures, 3, vision.imageSize, vision.imageSize]);
  const states = clipVision(weights.scope("vision_tower"), vision, op.cast(pixels, weights.dtype), visionLayer);
  const features = projector(weights.scope("multi_modal_projector"), states, text.width);
  graph.output("image_features", op.cast(features, "float32"));
}

/** Two layers with a GELU between them (`mlp2x_gelu`). */
const projector = block((w: Weights, x: Value, width: number): Value =>
  linear(w.scope("linear_2"), op.gelu(linear(w.scope("linear_1"), x, width)), width),
);

const EMBEDDINGS = "language_model.model.embed_tokens";

/**
 * The decoder of our own generation loop, over a cache in two parts: inputs `inputs_embeds` [length, width] and those of
 * `cacheOfInputs`; outputs `logits` [1, vocabulary] of the last position and `present.{i}.…` over recent and new ones.
 *
 * @param table weights that hold the embeddings, for a decoder that goes on by itself: with an input `more` (int64 []) it
 * takes that many of its own likeliest tokens in the same run, and gives them out as `tokens` [more, 1]; `logits` and
 * `present` are those after the last. A prefix is then passed in once for many tokens.
 */
export function llavaDecoder(graph: Graph, weights: Weights, config: LlamaConfig, table: Weights | null = null): void {
  const w = weights.scope("language_model");
  const embeddings = graph.input("inputs_embeds", "float32", ["length", config.width]);
  const kept: Value[] = [];
  const cache = cacheOfInputs(graph, config, w.dtype, (_layer, ...keysAndValues) => kept.push(...keysAndValues));
  const prefix = new Map<string, Value>();
  const past: SplitCache["past"] = (part, layer, what) => {
    const value = cache.past(part, layer, what);
    if (part === "prefix") prefix.set(`${layer}.${what}`, value);
    return value;
  };
  const last = (states: Value): Value => op.gather(states, graph.constant("int64", [-1]));
  const read = (here: Graph, x: Value, places: SplitCache, wanted?: Select): Value => {
    const attend = attendOver(here, config, w.dtype, places);
    const states = llama(w.scope("model"), config, op.cast(x, w.dtype), attend, wanted);
    return op.cast(languageHead(w.scope("lm_head"), config, states), "float32");
  };
  const logits = read(graph, embeddings, { ...cache, past }, last);
  const names = ["key", "value"] as const;
  const present = (values: readonly Value[]): void =>
    values.forEach((value, i) => graph.output(`present.${Math.floor(i / 2)}.${names[i % 2]!}`, value));
  if (!table) {
    present(kept);
    graph.output("logits", logits);
    return;
  }
  const rows = table.scope(EMBEDDINGS).tensor("weight", [config.vocabulary, config.width]);
  const lastPosition = op.gather(op.reshape(cache.positions, ["length"]), graph.constant("int64", [-1]));
  const handedOn = [logits, ...kept].map((value) => ({
    value,
    within: value.shape.map((dim) => (typeof dim === "number" ? dim : "recent in the loop")),
    after: value.shape.map((dim) => (typeof dim === "number" ? dim : `${dim} + more`)),
  }));
  const loop = op.repeat(
    graph,
    "writing",
    graph.input("more", "int64", []),
    handedOn,
    (body, index, [before, ...recent]) => {
      const token = op.argmax(before!);
      const next: Value[] = [];
      const after = read(body, op.gather(rows, token), {
        positions: op.reshape(op.add(op.shift(lastPosition, 1), index), [1, 1]),
        mask: null,
        past: (part, layer, what) =>
          part === "prefix" ? prefix.get(`${layer}.${what}`)! : recent[2 * layer + names.indexOf(what)]!,
        keep: (_layer, ...keysAndValues) => next.push(...keysAndValues),
      });
      return { next: [after, ...next], kept: token };
    },
  );
  present(loop.last.slice(1));
  graph.output("logits", loop.last[0]!);
  graph.output("tokens", loop.kept);
}

/** The decoder as transformers.js loads it (`decoder_model_merged`): [batch, length, width] -> logits of every position. */
export function llavaMergedDecoder(graph: Graph, weights: Weights, config: LlamaConfig): void {
  const w = weights.scope("language_model");
  const embeddings = graph.input("inputs_embeds", "float32", ["batch_size", "sequence_length", config.width]);
  const attend = mergedCache(graph, config, w.dtype);
  const states = llama(w.scope("model"), config, op.cast(embeddings, w.dtype), attend);
  graph.output("logits", op.cast(languageHead(w.scope("lm_head"), config, states), "float32"));
}

/** Rows of the embedding table, as transformers.js loads it (`embed_tokens`): int64 [batch, length] -> [batch, length, width]. */
export function llavaEmbeddings(graph: Graph, weights: Weights, { imageToken, text }: LlavaConfig): void {
  const ids = graph.input("input_ids", "int64", ["batch_size", "sequence_length"]);
  const table = weights.scope(EMBEDDINGS).tensor("weight", [text.vocabulary, text.width]);
  // The picture's token may lie behind the table's end; its row is replaced by features anyway. Looked up, as WebGPU
  // would leave a comparison of such integers to the processor.
  const length = Math.max(text.vocabulary, imageToken + 1);
  const rows = Array.from({ length }, (_, id) => Math.min(id, text.vocabulary - 1));
  const known = op.gather(graph.constant("int32", rows), ids);
  graph.output("inputs_embeds", op.cast(op.gather(table, known), "float32"));
}
