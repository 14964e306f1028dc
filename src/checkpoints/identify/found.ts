/** What lies in the folder of checkpoints besides what Atelier installed there. */
import { readdir } from "node:fs/promises";
import path from "node:path";

import type { Use } from "./kind.ts";
import { identify, type Identified } from "./identify.ts";

export interface Found extends Identified {
  /** Path within the folder of checkpoints. */
  readonly name: string;
}

/** Files that may hold weights; others are nobody's business. */
const WEIGHTS = /\.(?:safetensors|ckpt|pt|pth|bin|gguf)$/;
/** In the folder of checkpoints. */
const LORAS = "loras";
/** Entries that are looked at; a folder of thousands must not make a list slow. */
const MOST = 200;

/** @param installed names of folders that are Atelier's own */
export async function findOthers(modelsDir: string, installed: ReadonlySet<string>): Promise<readonly Found[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch(() => []);
  const loras = await readdir(path.join(modelsDir, LORAS)).catch((): string[] => []);
  const names = [
    ...entries
      .filter((entry) => !installed.has(entry.name) && entry.name !== LORAS && entry.name !== "tokenizer")
      .filter((entry) => entry.isDirectory() || WEIGHTS.test(entry.name))
      .map(({ name }) => name),
    ...loras.filter((name) => WEIGHTS.test(name)).map((name) => path.join(LORAS, name)),
  ];
  const found: Found[] = [];
  for (const name of names.toSorted((a, b) => a.localeCompare(b)).slice(0, MOST))
    found.push({ name, ...(await identify(path.join(modelsDir, name))) });
  return found;
}

const PLACES: Readonly<Record<Use, string>> = {
  painter: "paints here: into the folder of checkpoints, with `tokenizer` beside it",
  part: "one network of a painter, usable within its folder",
  lora: `usable here: into the folder \`${LORAS}\` beside the checkpoints`,
  style: "usable here: `/style import` takes it",
  adapter: "usable here: `atelier models install` puts it in place by its name, with what belongs to it",
  captioner: "usable here: CAPTIONER may be the name of its folder",
};

/** What can be done with it here, in words; `null`: nothing. */
export const useWords = ({ kind, isWhole }: Identified): string | null =>
  kind?.use && isWhole ? PLACES[kind.use] : null;
