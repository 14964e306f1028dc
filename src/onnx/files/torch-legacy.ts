/**
 * The form of torch before 1.6: five pickles, one after the other (a number that marks the format, its version, the
 * machine, the object, the keys of the storages), then each storage with its length before it, in the order of the keys.
 * https://github.com/pytorch/pytorch/blob/v1.5.0/torch/serialization.py
 */
import type { FileHandle } from "node:fs/promises";

import { excerpt } from "../../errors.ts";
import { Dict, PickleError, unpickleFrom, type PickleHost } from "./pickle.ts";
import { LONGEST_PICKLE, MOST_STORAGES, unpickleTensors, type StorageBytes, type TorchTensor } from "./torch-pickle.ts";

const MAGIC = Number(0x1950a86a20f9469cfc6cn);
const VERSION = 1001;
/** Bytes of the number of elements that stands before each storage. */
const COUNT_BYTES = 8;

/** The pickles around the object name nothing and refer to nothing. */
const PLAIN: PickleHost = {
  findGlobal: () => undefined,
  load: () => {
    throw new PickleError("it refers to data where there is none");
  },
  build: () => false,
};

/** @throws PickleError */
export async function readLegacyTensors(
  handle: FileHandle,
  size: number,
  path: string,
): Promise<Map<string, TorchTensor>> {
  const head = await readAt(handle, 0, Math.min(size, LONGEST_PICKLE));
  const magic = unpickleFrom(head, 0, PLAIN);
  if (magic.value !== MAGIC) throw new PickleError("torch.save did not write it");
  const version = unpickleFrom(head, magic.end, PLAIN);
  if (version.value !== VERSION) throw new PickleError("it has a version that is not known");
  const machine = unpickleFrom(head, version.end, PLAIN);
  if (!isLittleEndian(machine.value)) throw new PickleError("its numbers are big-endian, which is not supported");
  // Where the storages lie is known only after the object that names them: it is read twice.
  const declared = new Map<string, { readonly bytes: number; readonly count: number }>();
  const noting = (key: string, bytes: number, count: number): StorageBytes => {
    declared.set(key, { bytes, count });
    return { offset: 0, size: bytes };
  };
  const first = unpickleTensors(head, { path, storage: noting }, machine.end);
  const keys = unpickleFrom(head, first.end, PLAIN);
  const places = new Map<string, StorageBytes>();
  let position = keys.end;
  for (const key of storageKeys(keys.value)) {
    const storage = declared.get(key);
    if (!storage) throw new PickleError(`it has a storage ${excerpt(key)} that nothing refers to`);
    const count = Number((await readAt(handle, position, COUNT_BYTES)).readBigUInt64LE());
    const offset = position + COUNT_BYTES;
    if (count !== storage.count) throw new PickleError(`the storage ${excerpt(key)} has another length than it says`);
    position = offset + storage.bytes;
    if (position > size) throw endsTooEarly();
    places.set(key, { offset, size: storage.bytes });
  }
  return unpickleTensors(head, { path, storage: (key) => places.get(key) }, machine.end).tensors;
}

function storageKeys(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length > MOST_STORAGES || !value.every((key) => typeof key === "string"))
    throw new PickleError("the list of its storages is malformed");
  return value;
}

const isLittleEndian = (machine: unknown): boolean =>
  machine instanceof Dict && machine.entries.some(([key, value]) => key === "little_endian" && value === true);

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead < length) throw endsTooEarly();
  return buffer;
}

const endsTooEarly = (): PickleError => new PickleError("it ends too early; download it again");
