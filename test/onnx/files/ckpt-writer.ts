/** Training checkpoints as PyTorch Lightning writes them, `sd-v1-4.ckpt` among them. */
import { open, writeFile } from "node:fs/promises";

import { centralHeader, endRecord, localHeader } from "./zip-writer.ts";

export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** float32; left out, the file has a hole in its place, which takes no room on the disk. */
  readonly data?: Uint8Array;
}

const text = (value: string): Buffer => {
  const length = Buffer.alloc(5);
  length.write("X");
  length.writeUInt32LE(value.length, 1);
  return Buffer.concat([length, Buffer.from(value)]);
};
const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.write("J");
  bytes.writeInt32LE(value, 1);
  return bytes;
};
export const count = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

const pickled = (value: Buffer): Buffer => Buffer.concat([Buffer.from([0x80, 2]), value, Buffer.from(".")]);

/** Names of tensors and the tensors, as items of a dict. @param older with an empty place for a view, as torch before 1.6 has it */
function tensorItems(stored: readonly StoredTensor[], older = false): Buffer[] {
  return stored.flatMap(({ name, shape }, key) => {
    const strides = shape.map((_, axis) => count(shape.slice(axis + 1)));
    return [
      text(name),
      Buffer.from("ctorch._utils\n_rebuild_tensor_v2\n(("),
      text("storage"),
      Buffer.from("ctorch\nFloatStorage\n"),
      text(String(key)),
      text("cuda:0"),
      integer(count(shape)),
      Buffer.from(older ? "NtQK\0(" : "tQK\0("),
      ...shape.map(integer),
      Buffer.from("t("),
      ...strides.map(integer),
      Buffer.from("t\x89ccollections\nOrderedDict\n)RtR", "latin1"),
    ];
  });
}

/** Its pickle: a state dict beside other things. */
function checkpointPickle(stored: readonly StoredTensor[]): Buffer {
  const lightning = Buffer.from("}cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n}ss");
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    Buffer.from("}"),
    text("callbacks"),
    lightning,
    text("global_step"),
    integer(470_000),
    Buffer.from("s"),
    text("state_dict"),
    Buffer.from("}("),
    ...tensorItems(stored),
    Buffer.from("us."),
  ]);
}

/** Data begins at multiples of this, as torch.save has it. */
const ALIGNMENT = 64;

export async function writeCheckpoint(file: string, tensors: readonly StoredTensor[]): Promise<void> {
  const handle = await open(file, "w");
  const entries: (readonly [name: string, size: number, content: Uint8Array | undefined])[] = [];
  const pickle = checkpointPickle(tensors);
  entries.push(["archive/data.pkl", pickle.length, pickle]);
  for (const [key, { shape, data }] of tensors.entries()) entries.push([`archive/data/${key}`, 4 * count(shape), data]);
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, size, content] of entries) {
    const start = position + localHeader(name).length;
    const header = localHeader(name, (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT);
    await handle.write(header, 0, header.length, position);
    if (content) await handle.write(content, 0, size, position + header.length);
    directory.push(centralHeader(name, size, position));
    position += header.length + size;
  }
  const end = Buffer.concat([...directory, endRecord(entries.length, Buffer.concat(directory).length, position)]);
  await handle.write(end, 0, end.length, position);
  await handle.close();
}

/** The same tensors as torch before 1.6 wrote them: pickles, then the storages, which lie at any byte. */
export async function writeLegacyCheckpoint(
  file: string,
  tensors: readonly (StoredTensor & { readonly data: Uint8Array })[],
): Promise<void> {
  const magic = Buffer.from("6cfc9c46f9206aa85019", "hex");
  const parts: Uint8Array[] = [
    pickled(Buffer.concat([Buffer.from([0x8a, magic.length]), magic])),
    pickled(integer(1001)),
    pickled(Buffer.concat([Buffer.from("}"), text("little_endian"), Buffer.from([0x88, 0x73])])),
    pickled(Buffer.concat([Buffer.from("}("), ...tensorItems(tensors, true), Buffer.from("u")])),
    pickled(Buffer.concat([Buffer.from("]("), ...tensors.map((_, key) => text(String(key))), Buffer.from("e")])),
  ];
  for (const { shape, data } of tensors) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(count(shape)));
    parts.push(length, data);
  }
  await writeFile(file, Buffer.concat(parts));
}
