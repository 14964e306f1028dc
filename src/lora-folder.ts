/**
 * LoRA files beside the checkpoints: the owner's own, which people name, and those that make drafts, which `atelier models
 * install` fetches. Only owners put files there.
 */
import { readdir } from "node:fs/promises";
import path from "node:path";

import { UserError } from "./errors.ts";
import { exists } from "./exists.ts";
import type { Saying } from "./words/say.ts";

/** In `MODELS_DIR`. */
const LORA_FOLDER = "loras";
const ENDING = ".safetensors";
/** Names have to fit into a choice of Discord, with a weight; a comma or a colon ends one. */
const NAME = /^[^,:]{1,80}$/;

/**
 * The entries of the catalogue that make drafts, the preferred first: at the default strength of .6 the first two paint
 * five and four steps, the last two.
 */
export const ACCELERATORS = ["hyper-sd15-8", "lcm-lora-sd15", "hyper-sd15-4"] as const;
export type Accelerator = (typeof ACCELERATORS)[number];

/** What the file of each of them is called once it is installed. */
export const ACCELERATOR_FILE = "lora.safetensors";

/** Names of the owner's files, in order. */
export async function installedLoras(modelsDir: string): Promise<readonly string[]> {
  const files = await readdir(path.join(modelsDir, LORA_FOLDER)).catch((): string[] => []);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .filter((name) => NAME.test(name))
    .toSorted((a, b) => a.localeCompare(b));
}

/** The file of one of them. @throws UserError `lora-unknown` naming those there are */
export async function loraFile(modelsDir: string, name: string): Promise<string> {
  const names = await installedLoras(modelsDir);
  if (names.includes(name)) return path.join(modelsDir, LORA_FOLDER, name + ENDING);
  throw new UserError("lora-unknown", unknown(name, names));
}

/** What makes drafts here, and its file. @throws UserError `draft-not-installed` saying what to do */
export async function installedAccelerator(modelsDir: string): Promise<{ name: Accelerator; file: string }> {
  for (const name of ACCELERATORS) {
    const file = path.join(modelsDir, name, ACCELERATOR_FILE);
    if (await exists(file)) return { name, file };
  }
  throw new UserError("draft-not-installed", {
    sentence: "error.draft-not-installed",
    values: { name: ACCELERATORS[0] },
  });
}

/** Names that a refusal lists at most. */
const MOST_NAMED = 12;

function unknown(name: string, names: readonly string[]): Saying {
  const shown = JSON.stringify(name.slice(0, 80));
  if (names.length === 0) return { sentence: "error.lora-unknown.none", values: { name: shown, folder: LORA_FOLDER } };
  const others = names.slice(0, MOST_NAMED).join(", ");
  const more = names.length > MOST_NAMED ? "yes" : "no";
  return { sentence: "error.lora-unknown", values: { name: shown, names: others, more } };
}
