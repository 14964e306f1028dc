/** Where the entries of a zip file lie. Zip64 included: weights are large. */
import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";

import { excerpt } from "../../errors.ts";

/** The archive is damaged, or is none. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

export interface ZipEntry {
  readonly name: string;
  /** Of the content, in the file. */
  readonly offset: number;
  readonly size: number;
  /** How many bytes it takes in the file. */
  readonly storedSize: number;
  readonly isDeflated: boolean;
}

export interface ZipOptions {
  /** Take entries that are compressed by deflate, too. */
  readonly deflated?: boolean;
}

const LONGEST_DIRECTORY = 16 * 1024 * 1024;
/** An entry for each storage: some thousand in the largest checkpoints. */
const MOST_ENTRIES = 20_000;
/** Bytes of an entry's name: the checkpoint's own, and a number. */
const LONGEST_NAME = 512;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Methods of compression. */
const [STORED, DEFLATED] = [0, 8];

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

/**
 * The entries by name. Nothing outside the file is ever given out.
 *
 * @throws ZipError when the archive is damaged, or an entry is compressed or encrypted
 */
export async function readZipDirectory(
  handle: FileHandle,
  fileSize: number,
  { deflated = false }: ZipOptions = {},
): Promise<Map<string, ZipEntry>> {
  const read = async (offset: number, size: number): Promise<Buffer> => {
    if (!Number.isSafeInteger(offset) || offset < 0 || size < 0 || offset + size > fileSize) {
      throw new ZipError("it names a place outside the file; it was altered or not downloaded to its end");
    }
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await handle.read(buffer, 0, size, offset);
    if (bytesRead < size) throw new ZipError("it became shorter while it was read");
    return buffer;
  };
  const directory = await findDirectory(read, fileSize);
  if (directory.size > LONGEST_DIRECTORY) throw new ZipError(`its directory of ${directory.size} bytes is too long`);
  if (directory.entries > MOST_ENTRIES) throw new ZipError(`its directory has more than ${MOST_ENTRIES} entries`);
  const central = await read(directory.offset, directory.size);
  const entries = new Map<string, ZipEntry>();
  let position = 0;
  for (let i = 0; i < directory.entries; i++) {
    const { entry, localOffset, next } = centralEntry(central, position, deflated);
    const local = await read(localOffset, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw new ZipError(`the entry ${shown(entry)} is not where it should be`);
    const offset = localOffset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (offset + entry.storedSize > directory.offset)
      throw new ZipError(`the entry ${shown(entry)} runs into the directory`);
    if (entries.has(entry.name)) throw new ZipError(`it has two entries ${shown(entry)}`);
    entries.set(entry.name, { ...entry, offset });
    position = next;
  }
  return entries;
}

const shown = ({ name }: Pick<ZipEntry, "name">): string => excerpt(name);

type Read = (offset: number, size: number) => Promise<Buffer>;

async function findDirectory(read: Read, fileSize: number): Promise<Directory> {
  const tailStart = Math.max(0, fileSize - 22 - 0xffff);
  const tail = await read(tailStart, fileSize - tailStart);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    const directory = {
      entries: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const large = directory.entries === 0xffff || directory.size === 0xffffffff || directory.offset === 0xffffffff;
    return large ? findDirectory64(read, tailStart + at - 20) : directory;
  }
  throw new ZipError("it has no end record: it is no zip file, or was not downloaded to its end");
}

async function findDirectory64(read: Read, locatorOffset: number): Promise<Directory> {
  const locator = await read(locatorOffset, 20);
  if (locator.readUInt32LE(0) !== END64_LOCATOR) throw new ZipError("its zip64 locator is missing");
  const record = await read(Number(locator.readBigUInt64LE(8)), 56);
  if (record.readUInt32LE(0) !== END64) throw new ZipError("its zip64 record is missing");
  return {
    entries: Number(record.readBigUInt64LE(32)),
    size: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

function centralEntry(
  central: Buffer,
  at: number,
  deflated: boolean,
): { entry: Omit<ZipEntry, "offset">; localOffset: number; next: number } {
  if (at + 46 > central.length || central.readUInt32LE(at) !== CENTRAL) throw new ZipError("its directory is damaged");
  const nameLength = central.readUInt16LE(at + 28);
  const extraLength = central.readUInt16LE(at + 30);
  const extraStart = at + 46 + nameLength;
  const next = extraStart + extraLength + central.readUInt16LE(at + 32);
  if (next > central.length) throw new ZipError("its directory is damaged");
  const nameBytes = central.subarray(at + 46, extraStart);
  if (nameLength > LONGEST_NAME || !isUtf8(nameBytes)) throw new ZipError("an entry's name is too long or not UTF-8");
  const name = nameBytes.toString("utf8");
  if ((central.readUInt16LE(at + 8) & 1) !== 0) throw new ZipError(`the entry ${excerpt(name)} is encrypted`);
  const method = central.readUInt16LE(at + 10);
  if (method !== STORED && !(deflated && method === DEFLATED))
    throw new ZipError(`the entry ${excerpt(name)} is compressed; torch stores entries`);
  const [size, packedSize, localOffset] = widened(
    [central.readUInt32LE(at + 24), central.readUInt32LE(at + 20), central.readUInt32LE(at + 42)],
    central.subarray(extraStart, extraStart + extraLength),
  );
  const isDeflated = method === DEFLATED;
  const storedSize = isDeflated ? packedSize! : size!;
  return { entry: { name, size: size!, storedSize, isDeflated }, localOffset: localOffset!, next };
}

/** Replaces the fields that do not fit in 32 bits by those of the zip64 extra field, which come in the same order. */
function widened(fields: readonly number[], extra: Buffer): number[] {
  let wide: Buffer | null = null;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1) wide = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let used = 0;
  return fields.map((field) => {
    if (field !== 0xffffffff) return field;
    if (!wide || used + 8 > wide.length) throw new ZipError("a zip64 size is missing");
    used += 8;
    return Number(wide.readBigUInt64LE(used - 8));
  });
}
