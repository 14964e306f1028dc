/** Reads what torch.save writes (`.bin`, `.ckpt`, `.pt`), of torch 1.6 and later or before: tensors, in place. */
import { open, realpath, type FileHandle } from "node:fs/promises";

import { EngineError, messageOf } from "../../errors.ts";
import type { ExternalTensor } from "../graph.ts";
import { foreignFormat, HEAD_BYTES } from "./foreign-format.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";
import { PickleError } from "./pickle.ts";
import { readLegacyTensors } from "./torch-legacy.ts";
import type { TorchTensor } from "./torch-pickle.ts";
import { readArchivedTensors } from "./torch-zip.ts";
import { ZipError } from "./zip-directory.ts";

const STATE_DICT = "state_dict.";
/** The first byte of a pickle that says its protocol. */
const PICKLE = 0x80;

/**
 * The tensors by name; those in nested dicts and lists have dotted names, such as `state_dict.first.weight`. The
 * pickle within is read by a reader that runs nothing and refuses all that tensors do not need.
 *
 * @throws EngineError naming the file and the fault
 */
export async function readTorchTensors(file: string): Promise<Map<string, TorchTensor>> {
  let handle: FileHandle | null = null;
  try {
    const path = await realpath(file);
    handle = await open(path);
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    const foreign = foreignFormat(head, size);
    if (foreign !== null) throw checkpointError(file, `is ${foreign}`);
    // Before torch 1.6 it was no archive but one pickle after the other.
    const read = head[0] === PICKLE ? readLegacyTensors : readArchivedTensors;
    return await read(handle, size, path);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const known = error instanceof PickleError || error instanceof ZipError;
    const kind = error instanceof PickleError ? "its pickle cannot be read: " : known ? "" : "cannot be read: ";
    throw checkpointError(file, `${kind}${messageOf(error)}`, error);
  } finally {
    await handle?.close();
  }
}

/**
 * The same as a source of weights for a network.
 *
 * @param prefix left out of the names; tensors without it do not count
 * @throws EngineError naming the file and the fault; `find` throws it for a tensor that is not stored in order
 */
export async function readTorchSource(file: string, prefix = ""): Promise<TensorSource> {
  const tensors = await readTorchTensors(file);
  const names = [...tensors.keys()].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return {
    label: file,
    names,
    find: (name): ExternalTensor | undefined => {
      const tensor = tensors.get(prefix + name);
      if (!tensor) return undefined;
      if (isContiguous(tensor)) return tensor;
      throw checkpointError(file, `${prefix}${name} is stored transposed or with gaps; save a contiguous copy`);
    },
  };
}

/** The weights of a checkpoint that a trainer wrote: its `state_dict`, or the whole file where there is none. */
export async function readTorchCheckpoint(file: string): Promise<TensorSource> {
  const whole = await readTorchSource(file);
  const wrapped = whole.names.some((name) => name.startsWith(STATE_DICT));
  return wrapped ? readTorchSource(file, STATE_DICT) : whole;
}

/** Whether elements lie one after the other, the last axis fastest. */
export function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
