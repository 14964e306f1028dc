/** A file of weights of any form, told by its first bytes: safetensors, or what torch.save writes. */
import { open } from "node:fs/promises";
import path from "node:path";

import { messageOf } from "../../errors.ts";
import { exists } from "../../exists.ts";
import { readSafetensors, readShards } from "./safetensors.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";
import { readTorchCheckpoint } from "./torch-file.ts";

/** Endings of the files that are read; one that was cut into several has an index. */
const SHARD = /\.(?:safetensors|bin)$/;

/** @throws EngineError naming the file and the fault */
export async function readWeights(file: string): Promise<TensorSource> {
  if (file.endsWith(".json")) return readShards(file, SHARD, readWeights);
  return (await isTorchFile(file)) ? readTorchCheckpoint(file) : readSafetensors(file);
}

/** Whether it begins as zip archives and pickles do; anything else can only be safetensors. @throws EngineError */
export async function isTorchFile(file: string): Promise<boolean> {
  const handle = await open(file).catch((error: unknown) => {
    throw checkpointError(file, `cannot be read: ${messageOf(error)}`, error);
  });
  try {
    const first = Buffer.alloc(9);
    await handle.read(first, 0, first.length, 0);
    if (first[8] === 0x7b) return false; // the header of safetensors, after any length
    return first.toString("latin1", 0, 2) === "PK" || first[0] === 0x80;
  } finally {
    await handle.close();
  }
}

/** Of diffusers, of transformers, and of transformers before safetensors. */
const STEMS = ["diffusion_pytorch_model", "model", "pytorch_model"];
/** Safetensors before pickles, in full before half precision; in one file, or cut into several with an index. */
const ENDINGS = [
  ".safetensors",
  ".safetensors.index.json",
  ".fp16.safetensors",
  ".safetensors.index.fp16.json",
  ".bin",
  ".bin.index.json",
  ".fp16.bin",
  ".bin.index.fp16.json",
];

/** The weights of a network's folder, `null` where it has none that can be read. */
export async function weightsFileIn(folder: string): Promise<string | null> {
  for (const ending of ENDINGS)
    for (const stem of STEMS) {
      const file = path.join(folder, stem + ending);
      if (await exists(file)) return file;
    }
  return null;
}
