/** Image adapters beside the checkpoints: which is installed, and what to do where none is. */
import path from "node:path";

import { UserError } from "./errors.ts";
import { exists } from "./exists.ts";
import type { ImageAdapterPath } from "./painting.ts";

/** The entries of the catalogue that are image adapters, by the style path that they serve; the preferred first. */
const ADAPTERS = {
  adapter: ["ip-adapter-sd15", "ip-adapter-plus-sd15"],
  styleshot: ["styleshot-sd15"],
} as const satisfies Record<ImageAdapterPath, readonly string[]>;
export type ImageAdapterName = (typeof ADAPTERS)[ImageAdapterPath][number];

/** What adapters' own files, and the folder of the tower that they look with, are called once they are installed. */
export const ADAPTER_FILE: Readonly<Record<ImageAdapterPath, string>> = {
  adapter: "ip-adapter.safetensors",
  styleshot: "ip.bin",
};
export const TOWER_FOLDER = "image_encoder";

/** The entry of the catalogue by which StyleShot keeps the content's contours, a detector of edges, and its file. */
export const CONTOURS = "hed-contours";
export const CONTOURS_FILE = "ControlNetHED.pth";
export const INSTALL_CONTOURS = `atelier models install ${CONTOURS}`;

/** Where an adapter lies. */
export interface AdapterPlace {
  /** The adapter's file. */
  readonly file: string;
  /** A folder with `config.json` and the weights of a CLIP vision tower with projection, or of a network around one. */
  readonly tower: string;
  /** The detector that draws the content's contours, where the adapter takes them and it is installed. */
  readonly contours?: string;
}

/** @throws UserError `adapter-not-installed` saying what to do */
export async function installedImageAdapter(modelsDir: string, wanted: ImageAdapterPath): Promise<AdapterPlace> {
  for (const name of ADAPTERS[wanted]) {
    const place = {
      file: path.join(modelsDir, name, ADAPTER_FILE[wanted]),
      tower: path.join(modelsDir, name, TOWER_FOLDER),
    };
    if (!(await exists(place.file))) continue;
    const contours = path.join(modelsDir, CONTOURS, CONTOURS_FILE);
    return { ...place, ...(wanted === "styleshot" && (await exists(contours)) && { contours }) };
  }
  return noAdapter(wanted);
}

/** @throws UserError `adapter-not-installed`, always */
export const noAdapter = async (wanted: ImageAdapterPath): Promise<never> => {
  throw new UserError("adapter-not-installed", {
    sentence: "error.adapter-not-installed",
    values: { path: wanted, name: ADAPTERS[wanted][0] },
  });
};
