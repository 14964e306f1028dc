/** IP-Adapter's files on the disk: what it is by its shapes, and the tower that it looks with. */
import path from "node:path";

import { type ClipVisionConfig, clipVisionConfigSchema } from "../../../../models/clip-vision.ts";
import { type IpAdapterConfig, ipAdapterConfig, type ImageScale } from "../../../../models/ip-adapter.ts";
import type { StyleShotConfig } from "../../../../models/styleshot.ts";
import { kindOf } from "../../../checkpoints/identify/kinds.ts";
import { TensorNames } from "../../../checkpoints/identify/tensor-names.ts";
import { readJson } from "../../../onnx/files/read-json.ts";
import { readSafetensors } from "../../../onnx/files/safetensors.ts";
import { checkpointError, type TensorSource } from "../../../onnx/files/tensor-source.ts";
import type { AdapterPlace } from "../../../image-adapter-folder.ts";
import { ipAdapterSight } from "./ip-adapter-sight.ts";
import type { Sight } from "./sight.ts";

/** An adapter whose files were found sound; no weight is in memory yet. */
export interface AdapterFiles {
  readonly label: string;
  readonly config: IpAdapterConfig | StyleShotConfig;
  readonly source: TensorSource;
  /** CLIP's vision tower with projection, or a network around it. */
  readonly tower: { readonly config: ClipVisionConfig; readonly source: TensorSource };
  /** The detector that draws the content's contours; `null`: they are not looked at. */
  readonly contours: TensorSource | null;
  readonly sight: Sight;
  readonly scaleOf: ImageScale;
}

/** Which of the UNet's blocks look at the image. */
export const BLOCKS: Readonly<Record<"style" | "all", ImageScale>> = {
  /**
   * The first up block with attention paints style, others place what the picture shows (Wang et al. 2024, InstantStyle, for
   * its kin in SDXL): of a style picture only the style is wanted.
   */
  style: (place) => (place.startsWith("up_blocks.1.") ? 1 : 0),
  all: () => 1,
};

/** @throws EngineError naming the file and what does not hold */
export async function readImageAdapter(
  place: AdapterPlace,
  blocks: keyof typeof BLOCKS = "style",
): Promise<AdapterFiles> {
  const source = await readSafetensors(place.file);
  const config = ipAdapterConfig(source);
  const kind = kindOf(TensorNames.of(source));
  if (!config || (kind && kind.use !== "adapter"))
    throw checkpointError(
      place.file,
      `${kind ? `is ${kind.words}; it ` : ""}is no image adapter that is known here: IP-Adapter for Stable Diffusion 1, ` +
        "plain or plus, without faces",
    );
  const tower = {
    config: await readJson(path.join(place.tower, "config.json"), clipVisionConfigSchema),
    source: await readSafetensors(path.join(place.tower, "model.safetensors")),
  };
  const { width, projectionWidth } = tower.config;
  const given = config.kind === "plain" ? projectionWidth : width;
  if (config.inputs !== given)
    throw checkpointError(place.file, `wants pictures seen in ${config.inputs} numbers, its tower gives ${given}`);
  const label = `${place.file} in ${blocks} blocks`;
  const sight = ipAdapterSight(config, tower.config);
  return { label, config, source, tower, contours: null, sight, scaleOf: BLOCKS[blocks] };
}
