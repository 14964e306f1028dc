/** Image adapters beside the checkpoints: which is installed, and what to do where none is. */
import path from "node:path";

import { UserError } from "./errors.ts";
import { exists } from "./exists.ts";

/** The entries of the catalogue that are image adapters, the preferred first. */
const IMAGE_ADAPTERS = ["ip-adapter-sd15", "ip-adapter-plus-sd15"] as const;
export type ImageAdapterName = (typeof IMAGE_ADAPTERS)[number];

/** What an adapter's own file, and the folder of the tower that it looks with, are called once they are installed. */
export const ADAPTER_FILE = "ip-adapter.safetensors";
export const TOWER_FOLDER = "image_encoder";

/** Where an adapter lies. */
export interface AdapterPlace {
  /** The adapter's file. */
  readonly file: string;
  /** A folder with `config.json` and `model.safetensors` of a CLIP vision tower with projection. */
  readonly tower: string;
}

/** @throws UserError `adapter-not-installed` saying what to do */
export async function installedImageAdapter(modelsDir: string): Promise<AdapterPlace> {
  for (const name of IMAGE_ADAPTERS) {
    const place = {
      file: path.join(modelsDir, name, ADAPTER_FILE),
      tower: path.join(modelsDir, name, TOWER_FOLDER),
    };
    if (await exists(place.file)) return place;
  }
  return noAdapter();
}

/** @throws UserError `adapter-not-installed`, always */
export const noAdapter = async (): Promise<never> => {
  throw new UserError(
    "adapter-not-installed",
    `The style path adapter needs weights that are not installed here. Whoever runs this can add them with \`atelier models install ${IMAGE_ADAPTERS[0]}\`; until then, choose another style path.`,
  );
};
