/** The archive that torch 1.6 and later writes: a pickle that names tensors, and their data in entries beside it. */
import type { FileHandle } from "node:fs/promises";

import { excerpt } from "../../errors.ts";
import { LONGEST_PICKLE, unpickleTensors, type TorchTensor } from "./torch-pickle.ts";
import { readZipDirectory, ZipError, type ZipEntry } from "./zip-directory.ts";

/** @throws ZipError, PickleError */
export async function readArchivedTensors(
  handle: FileHandle,
  size: number,
  path: string,
): Promise<Map<string, TorchTensor>> {
  const entries = await readZipDirectory(handle, size);
  const archive = await readArchive(handle, entries);
  const storage = (key: string): ZipEntry | undefined => entries.get(`${archive.folder}data/${key}`);
  return unpickleTensors(archive.pickle, { path, storage }).tensors;
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
