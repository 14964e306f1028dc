/** What a captioner's files say of how a picture is prepared for its tower. */
import { z } from "zod";

import type { ClipPixels } from "../../images/clip-pixels.ts";
import { only, settings } from "../../onnx/settings-schema.ts";

const side = z.union([
  z.number().int().positive(),
  z.object({ shortest_edge: z.number().int().positive() }).transform((size) => size.shortest_edge),
  z.object({ height: z.number().int().positive() }).transform((size) => size.height),
]);
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** `preprocessor_config.json` of a CLIPImageProcessor. */
export const preprocessorConfigSchema = settings(
  {
    image_processor_type: only("CLIPImageProcessor", "CLIPImageProcessorFast", "CLIPImageProcessorPil"),
    feature_extractor_type: only("CLIPFeatureExtractor"),
    crop_size: side.default(336),
    size: side.nullish(),
    image_mean: triple,
    image_std: triple,
    resample: only(3), // Pillow's bicubic
    rescale_factor: z.number().min(0.0039).max(0.00393).nullish(), // 1 / 255, of as many digits as were written
    do_resize: only(true),
    do_center_crop: only(true),
    do_rescale: only(true),
    do_normalize: only(true),
  },
  // Framing one picture is done here, and its pixels are RGB.
  ["processor_class", "do_convert_rgb", "do_pad", "data_format", "input_data_format"],
)
  .refine(({ size, crop_size }) => size == null || size === crop_size, {
    error: "differs from crop_size, which is not supported",
    path: ["size"],
  })
  .transform((config): ClipPixels => ({ size: config.crop_size, mean: config.image_mean, std: config.image_std }));
