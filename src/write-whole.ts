/** Writes a file that is there whole or not at all. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/**
 * Writes `bytes` beside `target`, has them on the disk, and renames: a reader sees what was there before, or all of it.
 *
 * @throws NodeJS.ErrnoException; nothing half-written is left
 */
export async function writeWhole(target: string, bytes: Uint8Array): Promise<void> {
  const part = `${target}.${randomUUID()}.part`;
  try {
    const file = await open(part, "wx");
    try {
      await file.writeFile(bytes);
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
