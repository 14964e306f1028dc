/** Checkpoints whose weights are fine in single precision, and on whose way half precision ends. */
import { closeSync, cpSync, mkdtempSync, openSync, readSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { readSafetensors } from "../../src/onnx/files/safetensors.ts";
import { FIXTURES } from "./reference.ts";

/**
 * A copy of a fixture in which some tensors of a file are large: each times `factor`. The normalisation that follows in
 * every network takes it out again.
 *
 * @returns its folder, in that of temporary files
 */
export async function withLargeWeights(
  fixture: string,
  file: string,
  tensors: readonly string[],
  factor = 3e4,
): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "atelier-large-"));
  cpSync(path.join(FIXTURES, fixture), folder, { recursive: true });
  const weights = await readSafetensors(path.join(folder, file));
  const handle = openSync(path.join(folder, file), "r+");
  for (const name of tensors) {
    const { offset, byteLength } = weights.find(name)!;
    const numbers = new Float32Array(byteLength / 4);
    readSync(handle, numbers, 0, byteLength, offset);
    writeSync(
      handle,
      numbers.map((value) => value * factor),
      0,
      byteLength,
      offset,
    );
  }
  closeSync(handle);
  return folder;
}
