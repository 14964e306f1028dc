/**
 * Stable Diffusion's safety checker (`StableDiffusionSafetyChecker` in diffusers): how near a picture is, as CLIP's vision
 * tower sees it, to concepts that nobody named but by their vectors.
 */
import { z } from "zod";

import { op, type Value } from "../src/onnx/index.ts";
import { settings } from "../src/onnx/settings-schema.ts";
import type { Weights } from "../src/onnx/weights.ts";
import { ofUnitLength } from "./clip.ts";
import { clipPooled, clipVisionConfigSchema } from "./clip-vision.ts";
import { linear } from "./layers.ts";
import { TRANSFORMERS_SETTINGS } from "./transformers-settings.ts";

/** `safety_checker/config.json`; its text tower is described and not there. */
export const safetyCheckerConfigSchema = settings(
  { vision_config: clipVisionConfigSchema, projection_dim: z.int().positive().default(768) },
  [
    "model_type",
    "text_config",
    "text_config_dict",
    "vision_config_dict",
    "logit_scale_init_value",
    ...TRANSFORMERS_SETTINGS,
  ],
).transform(({ vision_config: vision, projection_dim: projectionWidth }) => ({ vision, projectionWidth }));

export type SafetyCheckerConfig = z.infer<typeof safetyCheckerConfigSchema>;

/** How many concepts there are of each kind. */
export const CONCEPTS = { special: 3, concept: 17 } as const;

/** Cosines less thresholds, before any adjustment: above 0 is near. */
export interface SafetyMargins {
  /** Special care: where one is near, the others count from a little farther off. [N, 3] */
  readonly special: Value;
  /** [N, 17] */
  readonly concept: Value;
}

/** @param pixels [N, 3, imageSize, imageSize], normalised for CLIP */
export function safetyMargins(w: Weights, config: SafetyCheckerConfig, pixels: Value): SafetyMargins {
  const pooled = clipPooled(w.scope("vision_model"), config.vision, pixels);
  const vector = ofUnitLength(linear(w.scope("visual_projection"), pooled, config.projectionWidth));
  const margins = (name: string, count: number): Value => {
    const concepts = ofUnitLength(w.tensor(name, [count, config.projectionWidth]));
    const cosines = op.gemm(vector, concepts, null, { transB: true });
    return op.sub(cosines, w.tensor(`${name}_weights`, [count]));
  };
  return {
    special: margins("special_care_embeds", CONCEPTS.special),
    concept: margins("concept_embeds", CONCEPTS.concept),
  };
}
