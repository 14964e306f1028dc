/** Hashes of files as the hub knows them. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";

import { throwIfCancelled } from "../breathe.ts";

/** Large files are known by their sha256, small ones by git's hash of a blob; NuGet's by their sha512. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha512" | "git-sha1";
  /** Hexadecimal. */
  readonly digest: string;
}

/** A running hash of a file of `size` bytes. */
export function startHash(algorithm: Checksum["algorithm"], size: number): Hash {
  return algorithm === "git-sha1" ? createHash("sha1").update(`blob ${size}\0`) : createHash(algorithm);
}

/** Reads a file (or its first bytes, up to `end`) through `hash`. @throws CancelledError */
export async function hashInto(
  hash: Hash,
  file: string,
  { end, signal, onBytes }: { end?: number; signal?: AbortSignal | undefined; onBytes?: (count: number) => void } = {},
): Promise<void> {
  if (end === 0) return;
  const stream = createReadStream(file, { highWaterMark: 1 << 20, ...(end !== undefined && { end: end - 1 }) });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    throwIfCancelled(signal);
    hash.update(chunk);
    onBytes?.(chunk.length);
  }
}

/** Whether the file's content has the checksum. */
export async function hasChecksum(
  file: string,
  size: number,
  checksum: Checksum,
  options: { signal?: AbortSignal | undefined; onBytes?: (count: number) => void } = {},
): Promise<boolean> {
  const hash = startHash(checksum.algorithm, size);
  await hashInto(hash, file, options);
  return hash.digest("hex") === checksum.digest;
}
