/** CLIP whole (Radford et al. 2021; `CLIPModel` in transformers): one vector for a picture, one for a text, to be compared. */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { settings } from "../src/onnx/settings-schema.ts";
import type { Weights } from "../src/onnx/weights.ts";
import { clipText, clipTextConfigSchema, tokenEmbeddings } from "./clip-text.ts";
import { clipImageVector, clipVisionConfigSchema } from "./clip-vision.ts";
import { linear } from "./layers.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `config.json`; the published ones say much of each tower twice. */
export const clipConfigSchema = settings(
  {
    text_config: clipTextConfigSchema,
    vision_config: clipVisionConfigSchema,
    projection_dim: z.int().positive().default(512),
  },
  ["model_type", "text_config_dict", "vision_config_dict", "logit_scale_init_value", ...TRANSFORMERS_SETTINGS],
).transform(({ text_config: text, vision_config: vision, projection_dim: projectionWidth }) => ({
  text,
  vision: { ...vision, projectionWidth },
  projectionWidth,
}));

export type ClipConfig = z.infer<typeof clipConfigSchema>;

/** Of length 1: [N, projectionWidth]. @param pixels [N, 3, imageSize, imageSize], normalised */
export const clipPictureDirection = (w: Weights, { vision }: Pick<ClipConfig, "vision">, pixels: Value): Value =>
  ofUnitLength(clipImageVector(w, vision, pixels));

/**
 * Of length 1: [1, projectionWidth].
 *
 * @param ids int64 [1, positions], start and end marks among them
 * @param end [1, positions], 1 where the first end mark is and 0 elsewhere: that token's state stands for the text
 */
export function clipTextDirection(w: Weights, { text, projectionWidth }: ClipConfig, ids: Value, end: Value): Value {
  const states = clipText(w, text, tokenEmbeddings(w, text, ids));
  const [, length, width] = states.shape as [number, number, number];
  const pooled = op.gemm(end, op.reshape(states, [length, width]));
  return ofUnitLength(linear(w.scope("text_projection"), pooled, projectionWidth));
}

/** Rows of length 1. */
export function ofUnitLength(x: Value): Value {
  return op.div(x, op.sqrt(op.reduceSumSquare(x, [-1])));
}
