/** Reads an installed checkpoint again, every byte, and compares it with its checksums. */
import { stat } from "node:fs/promises";
import path from "node:path";

import { hasChecksum } from "./checksum.ts";
import { notInstalled, type CheckpointStore } from "./store.ts";

export interface FileFault {
  readonly file: string;
  readonly fault: "missing" | "size" | "checksum";
}

export interface VerifyHooks {
  readonly signal?: AbortSignal | undefined;
  /** Bytes read so far, of all. */
  readonly onProgress?: (bytes: number, total: number, file: string) => void;
}

/**
 * The files that are not as they were installed; none when all is well.
 *
 * @throws UserError when the checkpoint is not installed, CancelledError
 */
export async function verifyCheckpoint(
  store: CheckpointStore,
  name: string,
  { signal, onProgress }: VerifyHooks = {},
): Promise<FileFault[]> {
  const manifest = await store.manifest(name);
  if (!manifest) throw notInstalled(name);
  const total = manifest.files.reduce((sum, file) => sum + file.size, 0);
  const faults: FileFault[] = [];
  let read = 0;
  for (const file of manifest.files) {
    const target = path.join(store.folderOf(name), file.path);
    const size = (await stat(target).catch(() => null))?.size;
    if (size === undefined) faults.push({ file: file.path, fault: "missing" });
    else if (size !== file.size) faults.push({ file: file.path, fault: "size" });
    else {
      const onBytes = (count: number): void => onProgress?.((read += count), total, file.path);
      if (!(await hasChecksum(target, size, file.checksum, { signal, onBytes }))) {
        faults.push({ file: file.path, fault: "checksum" });
      }
    }
  }
  return faults;
}
