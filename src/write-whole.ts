/** Writes a file that is there whole or not at all. */
import { randomUUID } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";

/**
 * Writes beside `target`, has it on the disk, and renames: a reader sees what was there before, or all of it. Who writes
 * the same file meanwhile writes beside it under another name.
 *
 * @param content piece by piece, where it is too large to be held
 * @param mode who may read it
 * @throws NodeJS.ErrnoException, or what the content throws; nothing half-written is left
 */
export async function writeWhole(
  target: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  mode = 0o666,
): Promise<void> {
  const part = `${target}.${randomUUID()}.part`;
  try {
    const file = await open(part, "wx", mode);
    try {
      await writeFile(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
