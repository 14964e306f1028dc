/**
 * StyleShot's files on the disk: the projections with what is laid over the UNet and what runs beside it, the style-aware
 * encoder, and the detector of the content's contours where it is installed.
 */
import path from "node:path";

import { clipVisionConfigSchema } from "../../../../models/clip-vision.ts";
import { STYLE_POSITIONS, styleShotConfig, styleShotName } from "../../../../models/styleshot.ts";
import type { AdapterPlace } from "../../../image-adapter-folder.ts";
import { readJson } from "../../../onnx/files/read-json.ts";
import { checkpointError, renamed } from "../../../onnx/files/tensor-source.ts";
import { readWeights } from "../../../onnx/files/weights-file.ts";
import { type AdapterFiles, BLOCKS } from "./adapter-files.ts";
import { styleShotSight } from "./styleshot-sight.ts";

const ENCODER_FILE = "pytorch_model.bin";
/** Of files that have been trained for style alone it is missing. */
const CONTENT_FUSION = "controlnet.controlnet_mid_block.weight";

/** @throws EngineError naming the file and what does not hold */
export async function readStyleShot(place: AdapterPlace): Promise<AdapterFiles> {
  const source = await readWeights(place.file);
  const config = styleShotConfig(source);
  if (!config) throw checkpointError(place.file, "is not StyleShot's file of projections and attentions (ip.bin)");
  const file = path.join(place.tower, ENCODER_FILE);
  const tower = {
    config: await readJson(path.join(place.tower, "config.json"), clipVisionConfigSchema),
    source: await readWeights(file),
  };
  const positions = tower.source.find("position_embedding.weight")?.shape[0];
  if (positions !== STYLE_POSITIONS)
    throw checkpointError(file, "is not StyleShot's style-aware encoder (style_aware_encoder.bin)");
  const { projectionWidth } = tower.config;
  if (config.inputs !== projectionWidth)
    throw checkpointError(place.file, `wants styles seen in ${config.inputs} numbers, not ${projectionWidth}`);
  return {
    label: place.file,
    config,
    source: renamed(source, styleShotName),
    tower,
    contours: place.contours !== undefined && source.find(CONTENT_FUSION) ? await readWeights(place.contours) : null,
    sight: styleShotSight(config, tower.config),
    scaleOf: BLOCKS.all,
  };
}
