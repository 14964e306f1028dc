/** Looks through everything that a bot keeps for something that must not be there any more. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Files of a data folder whose name or bytes hold `needle`: a hash, an id, a file's name, a part of its bytes. */
export async function traces(dataDir: string, needle: string | Buffer): Promise<string[]> {
  // A worker that was given nothing to keep has none.
  if (!existsSync(dataDir)) return [];
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    // What is being written beside it may be gone before it is read.
    const bytes = entry.isFile() ? await readFile(file).catch(() => Buffer.alloc(0)) : Buffer.alloc(0);
    if ((typeof needle === "string" && file.includes(needle)) || bytes.includes(needle))
      found.push(path.relative(dataDir, file));
  }
  return found;
}
