/** Copies a folder that is still in use. */
import { copyFile, mkdir, readdir } from "node:fs/promises";
import path from "node:path";

/** @param picks which files; those that vanish meanwhile, as a database's log does when it is closed, are left out */
export async function copyFolder(from: string, to: string, picks: (name: string) => boolean): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory() || !picks(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const copy = path.join(to, path.relative(from, file));
    await mkdir(path.dirname(copy), { recursive: true });
    await copyFile(file, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}
