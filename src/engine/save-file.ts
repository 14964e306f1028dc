/** Files that the engine leaves for the bot. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { asDiskFull, type Unsaved } from "../errors.ts";

/**
 * Writes a file, and its folder where that is missing.
 *
 * @throws UserError `disk-full`, NodeJS.ErrnoException; nothing half-written is left
 */
export async function saveFile(file: string, bytes: Uint8Array, what?: Unsaved): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  } catch (cause) {
    await rm(file, { force: true }).catch(() => undefined);
    throw asDiskFull(cause, what) ?? cause;
  }
}
