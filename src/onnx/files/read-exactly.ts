/** A stretch of a file, read in full. */
import { readSync } from "node:fs";

import type { EngineError } from "../../errors.ts";
import { checkpointError } from "./tensor-source.ts";

/**
 * @param file descriptor
 * @param path for the error
 * @throws EngineError when the file ends before `position + length`
 */
export function readExactly(file: number, length: number, position: number, path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const count = readSync(file, bytes, done, length - done, position + done);
    if (count === 0) throw endsEarly(path);
    done += count;
  }
  return bytes;
}

/** A file of which only the beginning is there. */
export const endsEarly = (path: string): EngineError =>
  checkpointError(path, "ends within a tensor; download it again");
