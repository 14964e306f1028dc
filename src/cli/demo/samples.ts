/** The sample pictures that come with Atelier. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { UploadedFile } from "@atelier/sandbox";

const FOLDER = path.resolve(import.meta.dirname, "../../../samples");

/** One of them by its name without the extension. */
export async function sample(kind: "content" | "style", name: string): Promise<UploadedFile> {
  const folder = path.join(FOLDER, kind);
  const file = (await readdir(folder)).find((candidate) => path.parse(candidate).name === name);
  if (file === undefined) throw new Error(`${folder} has no picture called ${name}`);
  return { name: file, bytes: await readFile(path.join(folder, file)) };
}
