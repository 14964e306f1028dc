/** Reads an installed checkpoint again, every byte, and compares it with its checksums. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";

import { hashInto, hasChecksum, startHash } from "./checksum.ts";
import { notInstalled, type CheckpointStore, type Manifest } from "./checkpoint-folder.ts";

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

/**
 * The files below a folder, with their sha256: what a conversion made is known by no other checksum.
 *
 * @param except a folder in it that is left out
 */
export async function recordFiles(folder: string, except: string, signal?: AbortSignal): Promise<Manifest["files"]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .filter((name) => !name.startsWith(`${except}/`));
  const files: Manifest["files"] = [];
  for (const name of names.toSorted()) {
    const { size } = await stat(path.join(folder, name));
    const hash = startHash("sha256", size);
    await hashInto(hash, path.join(folder, name), { signal });
    files.push({ path: name, size, checksum: { algorithm: "sha256", digest: hash.digest("hex") } });
  }
  return files;
}
