/** Pictures in a folder: of this machine, or of a disk that several machines share. */
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";

import { asDiskFull } from "../errors.ts";
import { exists } from "../exists.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import { sha256Of } from "../sha256.ts";
import { writeWhole } from "../write-whole.ts";
import { OWNER, pictureName, readPictureName } from "./picture-name.ts";

/** What is being put is known within the minutes that a command has. */
const STRAY_MS = 3_600_000;

/**
 * A store in `folder`, which is made on the first `put`. Files appear under their name whole or not at all: they are
 * written beside it, synced, and renamed.
 */
export function createFolderPictures(folder: string): PictureStore {
  const pathOf = (sha256: string, extension?: string): string => path.join(folder, pictureName(sha256, extension));

  /** By path: who puts the same bytes meanwhile waits for the first. */
  const writing = new Map<string, Promise<void>>();

  return {
    async local(sha256, extension) {
      return pathOf(sha256, extension);
    },

    async has(sha256, extension) {
      return exists(pathOf(sha256, extension));
    },

    async put(bytes, extension) {
      const sha256 = await sha256Of(bytes);
      const target = pathOf(sha256, extension);
      if (!writing.has(target)) {
        const done = writeOnce(target, bytes).finally(() => writing.delete(target));
        writing.set(target, done);
      }
      await writing.get(target);
      return { sha256 };
    },

    async remove(sha256, extension) {
      await rm(pathOf(sha256, extension), { force: true });
    },

    async *list() {
      for (const shelf of await readdir(folder).catch(() => []))
        for (const name of await readdir(path.join(folder, shelf)).catch(() => [])) {
          // Under its own name it is whole.
          const named = readPictureName(`${shelf}/${name}`);
          const found = named && (await stat(path.join(folder, shelf, name)).catch(() => null));
          if (named && found) yield { ...named, bytes: found.size, writtenAt: found.mtimeMs };
        }
    },

    strayMs: STRAY_MS,

    async belongsTo(installation) {
      const file = path.join(folder, OWNER);
      await writeOnce(file, Buffer.from(installation));
      return (await readFile(file, "utf8")) === installation;
    },

    async letGo() {
      // There are no copies.
    },
  };
}

/** @throws UserError `disk-full` */
export async function writeOnce(target: string, bytes: Uint8Array): Promise<void> {
  if (await exists(target)) return;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    await writeWhole(target, bytes);
  } catch (cause) {
    throw asDiskFull(cause) ?? cause;
  }
}
