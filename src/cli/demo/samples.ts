/** The sample pictures that come with Atelier. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Try, UploadedFile } from "@atelier/sandbox";

const FOLDER = path.resolve(import.meta.dirname, "../../../samples");

/** One of them by its name without the extension. */
export async function sample(kind: "content" | "style", name: string): Promise<UploadedFile> {
  const folder = path.join(FOLDER, kind);
  const file = (await readdir(folder)).find((candidate) => path.parse(candidate).name === name);
  if (file === undefined) throw new Error(`${folder} has no picture called ${name}`);
  return { name: file, bytes: await readFile(path.join(folder, file)) };
}

/** Up to three pairs that differ in both, for the page to offer; the most telling ones first where they are there. */
export async function samplePairs(): Promise<Try[]> {
  const [contents, styles] = await Promise.all([picturesIn("content", /portrait/), picturesIn("style", /wave|night/)]);
  const count = contents.length > 0 && styles.length > 0 ? Math.min(3, Math.max(contents.length, styles.length)) : 0;
  return Array.from({ length: count }, (_, index) => {
    const [content, style] = [contents[index % contents.length]!, styles[index % styles.length]!];
    return { label: `${labelOf(content)} × ${labelOf(style)}`, command: "stylize", files: { content, style } };
  });
}

const labelOf = (file: string): string => path.parse(file).name.replaceAll(/[-_]+/g, " ");

/** Paths by name, those that match `first` in front; none in an installation without samples. */
async function picturesIn(kind: "content" | "style", first: RegExp): Promise<string[]> {
  const names = await readdir(path.join(FOLDER, kind)).catch(() => []);
  return names
    .filter((name) => /\.(?:png|jpe?g|webp)$/i.test(name))
    .sort()
    .sort((a, b) => Number(first.test(b)) - Number(first.test(a)))
    .map((name) => path.join(FOLDER, kind, name));
}
