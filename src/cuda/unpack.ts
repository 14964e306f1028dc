/** Takes libraries out of a package. */
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";

import { whereDiskIsFull } from "../checkpoints/disk.ts";
import { readZipDirectory, ZipError } from "../onnx/files/zip-directory.ts";

/**
 * Writes the entries whose path matches into `folder`, under their names alone. The package's checksum has been held
 * against the index's before, so theirs are not looked at.
 *
 * @returns the names
 * @throws ZipError when the package is damaged; UserError when the disk is full; CancelledError
 */
export async function unpack(file: string, wanted: RegExp, folder: string, signal?: AbortSignal): Promise<string[]> {
  const handle = await open(file);
  try {
    const entries = await readZipDirectory(handle, (await handle.stat()).size, { deflated: true });
    const names: string[] = [];
    for (const { name, offset, size, storedSize, isDeflated } of entries.values()) {
      if (!wanted.test(name)) continue;
      const target = path.join(folder, path.posix.basename(name));
      const packed = createReadStream(file, { start: offset, end: offset + storedSize - 1 });
      const out = createWriteStream(target, { mode: 0o755 });
      const steps = isDeflated ? [packed, createInflateRaw(), out] : [packed, out];
      await pipeline(steps, { ...(signal && { signal }) }).catch((error: unknown) => {
        throw whereDiskIsFull(error, target);
      });
      if (out.bytesWritten !== size) throw new ZipError(`${name} is not as long as the package says`);
      names.push(path.basename(target));
    }
    return names;
  } finally {
    await handle.close();
  }
}
