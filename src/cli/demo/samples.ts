/** The sample pictures that come with Atelier. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Try, UploadedFile } from "@atelier/sandbox";

const FOLDER = path.resolve(import.meta.dirname, "../../../samples");

/** One of them by its name without the extension; it rejects where there is none. */
export async function sample(kind: "content" | "style", name: string): Promise<UploadedFile> {
  const file = fileOf(kind, name);
  return { name: path.basename(file), bytes: await readFile(file) };
}

/** What the page offers: those that charm most of all pairs, looked at. */
const PAIRS: readonly (readonly [content: string, style: string])[] = [
  ["fox", "village"],
  ["still-life", "linocut"],
  ["lighthouse", "poster"],
];

/** Pairs for the page to offer; none in an installation without samples. */
export async function samplePairs(): Promise<Try[]> {
  const names = await readdir(FOLDER).catch(() => []);
  if (names.length === 0) return [];
  return PAIRS.map(([content, style]) => ({
    label: `${labelOf(content)} × ${labelOf(style)}`,
    command: "stylize",
    files: { content: fileOf("content", content), style: fileOf("style", style) },
  }));
}

const fileOf = (kind: "content" | "style", name: string): string => path.join(FOLDER, kind, `${name}.jpg`);
const labelOf = (name: string): string => name.replaceAll("-", " ");
