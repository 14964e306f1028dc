/** The sample pictures that come with Atelier. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { UploadedFile } from "../../sandbox/index.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../samples");

/** @returns the pictures of `samples/content` or `samples/style`, by name */
export async function samples(kind: "content" | "style"): Promise<UploadedFile[]> {
  const folder = path.join(FOLDER, kind);
  const names = (await readdir(folder)).filter((name) => /\.(png|jpe?g|webp)$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(path.join(folder, name)) })));
}
