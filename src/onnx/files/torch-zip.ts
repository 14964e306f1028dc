/** Reads what torch.save writes (`.bin`, `.ckpt`, `.pt`; the zip form of torch 1.6 and later): tensors, in place. */
import { open, realpath, type FileHandle } from "node:fs/promises";

import { excerpt, messageOf } from "../../errors.ts";
import type { ExternalTensor } from "../graph.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";
import { PickleError } from "./pickle.ts";
import { unpickleTensors, type TorchTensor } from "./torch-pickle.ts";
import { readZipDirectory, ZipError, type ZipEntry } from "./zip-directory.ts";

const STATE_DICT = "state_dict.";
/** Bytes; the pickle of Stable Diffusion v1.4 with all that its training left has under one million. */
const LONGEST_PICKLE = 16 * 1024 * 1024;

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
    await expectZip(handle, size);
    const entries = await readZipDirectory(handle, size);
    const archive = await readArchive(handle, entries);
    return unpickleTensors(archive.pickle, { path, storage: (key) => entries.get(`${archive.folder}data/${key}`) });
  } catch (error) {
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

async function expectZip(handle: FileHandle, size: number): Promise<void> {
  const first = Buffer.alloc(2);
  await handle.read(first, 0, Math.min(2, size), 0);
  if (first[0] !== 0x80) return;
  throw new ZipError("it is in the format of torch before 1.6: save it again with a newer torch, or use .safetensors");
}

/** The pickle, and the folder within the archive that holds it and the data. */
async function readArchive(
  handle: FileHandle,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<{ pickle: Buffer; folder: string }> {
  const name = [...entries.keys()].find((candidate) => /^[^/]+\/data\.pkl$/.test(candidate));
  if (name === undefined) throw new ZipError("it holds no data.pkl: it was not written by torch.save");
  const folder = name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && (await content(handle, order, 16)).toString().trim() !== "little") {
    throw new ZipError("its numbers are big-endian, which is not supported");
  }
  return { pickle: await content(handle, entries.get(name)!, LONGEST_PICKLE), folder };
}

async function content(handle: FileHandle, { name, offset, size }: ZipEntry, longest: number): Promise<Buffer> {
  if (size > longest) throw new ZipError(`the entry ${excerpt(name)} of ${size} bytes is too long`);
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await handle.read(buffer, 0, size, offset);
  if (bytesRead < size) throw new ZipError("it became shorter while it was read");
  return buffer;
}
