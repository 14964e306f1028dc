/** Small safetensors files as a whole: written atomically, read into memory with their metadata. */
import { readFile, stat } from "node:fs/promises";

import { writeWhole } from "../../write-whole.ts";
import { decodeFloats, isStoredFloat } from "./decode-floats.ts";
import { bytesOf } from "../dtype.ts";
import { layOutSafetensors } from "./safetensors-layout.ts";
import { readSafetensors, readSafetensorsMetadata } from "./safetensors.ts";
import type { Floats } from "../tensor.ts";
import { checkpointError } from "./tensor-source.ts";

export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, Floats>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes float32 tensors and metadata: a reader sees the old file or the new one.
 *
 * @throws NodeJS.ErrnoException; nothing half-written is left
 */
export const writeSafetensors = (file: string, content: SafetensorsContent): Promise<void> =>
  writeWhole(file, encodeSafetensors(content));

/** The bytes of the file. */
export function encodeSafetensors({ tensors, metadata }: SafetensorsContent): Buffer {
  const entries = Object.entries(tensors);
  const { header } = layOutSafetensors(
    entries.map(([name, { shape }]) => ({ name, dtype: "float32", shape })),
    metadata,
  );
  return Buffer.concat([header, ...entries.map(([, { data }]) => bytesOf(data))]);
}

/**
 * Reads a file of real tensors of at most `longest` bytes.
 *
 * @throws EngineError naming the file and what does not hold
 */
export async function readWholeSafetensors(file: string, longest: number): Promise<SafetensorsContent> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw checkpointError(file, "cannot be read", error);
  });
  if (size > longest) throw checkpointError(file, `has ${size} bytes, more than the ${longest} that it may have`);
  const source = await readSafetensors(file);
  const metadata = await readSafetensorsMetadata(file);
  const bytes = await readFile(file);
  const tensors: Record<string, Floats> = {};
  for (const name of source.names) {
    const { dtype, shape, offset, byteLength } = source.find(name)!;
    if (!isStoredFloat(dtype)) throw checkpointError(file, `${name} is ${dtype}, not real numbers`);
    const data = decodeFloats(bytes.subarray(offset, offset + byteLength), dtype);
    tensors[name] = { data, shape: shape as number[] };
  }
  return { tensors, metadata };
}
