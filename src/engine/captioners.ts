/** Which captioner describes styles: the one that is named, or the best that is installed. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import type { StyleDescriber } from "../caption/describer.ts";
import { CATALOGUE, type CatalogueEntry } from "../checkpoints/catalogue.ts";
import { CheckpointStore } from "../checkpoints/store.ts";
import type { ExecutionDevice } from "../onnx/index.ts";
import type { SessionPool } from "../onnx/session-pool.ts";

export interface CaptionerPlace {
  /** Its id: the name of the folder. */
  readonly name: string;
  readonly label: string;
  readonly folder: string;
  readonly layout: "llava" | "transformers.js";
  readonly dtypes?: Readonly<Record<string, string>>;
}

export interface CaptionerOptions {
  readonly maxTokens: number;
  readonly device: ExecutionDevice;
  readonly sessions: SessionPool;
}

/**
 * @param wanted `auto`: the first of the catalogue that is installed to the end; else the name of a folder in
 * `modelsDir`, which need not be in the catalogue
 * @returns `null` when there is none
 */
export async function findCaptioner(modelsDir: string, wanted: string): Promise<CaptionerPlace | null> {
  const store = new CheckpointStore(modelsDir);
  for (const entry of CATALOGUE) {
    if (entry.purpose !== "captioner" || (wanted !== "auto" && wanted !== entry.name)) continue;
    if (await store.manifest(entry.name)) return placeOf(entry, store.folderOf(entry.name));
  }
  return wanted === "auto" || path.basename(wanted) !== wanted ? null : unlisted(wanted, store.folderOf(wanted));
}

/** Opens nothing yet: weights are read for the first picture. */
export async function openCaptioner(place: CaptionerPlace, options: CaptionerOptions): Promise<StyleDescriber> {
  const { name: id, label, folder, dtypes } = place;
  const { maxTokens, device, sessions } = options;
  if (place.layout === "llava") {
    const { LlavaDescriber } = await import("../caption/llava/describer.ts");
    return new LlavaDescriber({ folder, id, label, maxTokens, device, sessions });
  }
  const { TransformersDescriber } = await import("../caption/transformers-describer.ts");
  return new TransformersDescriber({ folder, id, label, maxTokens, device, ...(dtypes && { dtypes }) });
}

const placeOf = ({ name, title, layout, dtypes }: CatalogueEntry, folder: string): CaptionerPlace => ({
  name,
  label: title.split(",")[0]!,
  folder,
  layout: layout === "llava" ? "llava" : "transformers.js",
  ...(dtypes && { dtypes }),
});

/** A folder that somebody put there: told by its files. */
async function unlisted(name: string, folder: string): Promise<CaptionerPlace | null> {
  const files: string[] = await readdir(folder, { recursive: true }).catch(() => []);
  if (!files.includes("config.json")) return null;
  if (files.some((file) => file.endsWith(".safetensors"))) return { name, label: name, folder, layout: "llava" };
  const merged = files.some((file) => /decoder_model_merged\w*\.onnx$/.test(file));
  return merged ? { name, label: name, folder, layout: "transformers.js" } : null;
}
