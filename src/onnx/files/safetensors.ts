/**
 * Reads the headers of safetensors files. A header is untrusted: nothing outside its file, and no byte twice, is ever
 * given out. Format: https://github.com/huggingface/safetensors#format
 */
import { open, realpath } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { excerpt, messageOf } from "../../errors.ts";
import { bytesPerElement, type DType } from "../dtype.ts";
import type { ExternalTensor } from "../graph.ts";
import { foreignFormat, HEAD_BYTES } from "./foreign-format.ts";
import { faultOfKeys } from "./json-keys.ts";
import { parseJson, readJson, textOf } from "./read-json.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";

/** Bytes; a thousand tensors take 100 KB, and some trainers leave megabytes of notes. */
const LONGEST_HEADER = 16 * 1024 * 1024;
const MOST_TENSORS = 20_000;
const LONGEST_NAME = 512;

const DTYPES: Readonly<Record<string, DType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
};

const natural = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(natural).max(8),
  data_offsets: z.tuple([natural, natural]),
});
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** @throws EngineError naming the file, the tensor and the fault */
export async function readSafetensors(file: string): Promise<TensorSource> {
  const target = await realpath(file).catch((error: unknown) => {
    throw checkpointError(file, `cannot be read: ${messageOf(error)}`, error);
  });
  const { header, dataStart, size } = await readHeader(file, target);
  const tensors = new Map<string, ExternalTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    tensors.set(name, tensorOf(file, name, entry, { path: target, dataStart, size }));
  }
  expectNoGaps(file, tensors, dataStart, size);
  return { label: file, names: [...tensors.keys()], find: (name) => tensors.get(name) };
}

/**
 * The shapes of a file's tensors by name, and how many bytes it lacks at its end: a header says what a file is to be,
 * whether it is there or not.
 *
 * @throws EngineError naming the file and the fault
 */
export async function readSafetensorsShapes(
  file: string,
): Promise<{ shapes: ReadonlyMap<string, readonly number[]>; missingBytes: number }> {
  const { header, dataStart, size } = await readHeader(file, file);
  const shapes = new Map<string, readonly number[]>();
  let end = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success) throw checkpointError(file, `the header's entry of ${excerpt(name)} is malformed`);
    shapes.set(name, parsed.data.shape);
    end = Math.max(end, parsed.data.data_offsets[1]);
  }
  return { shapes, missingBytes: Math.max(0, dataStart + end - size) };
}

/** The metadata of a file, empty where it has none. @throws EngineError naming the file and the fault */
export async function readSafetensorsMetadata(file: string): Promise<Readonly<Record<string, string>>> {
  const { header } = await readHeader(file, file);
  const metadata = z.record(z.string(), z.string()).safeParse(header["__metadata__"] ?? {});
  if (!metadata.success) throw checkpointError(file, "its metadata is not made of texts");
  return metadata.data;
}

/** A checkpoint in several safetensors files, by its `….safetensors.index.json`. @throws EngineError */
export const readSafetensorsIndex = (indexFile: string): Promise<TensorSource> =>
  readShards(indexFile, /\.safetensors$/, readSafetensors);

/**
 * Reads a checkpoint that was cut into several files, by its index. Files are named relative to the index and lie
 * beside it.
 *
 * @throws EngineError naming the file and the fault
 */
export async function readShards(
  indexFile: string,
  ending: RegExp,
  read: (file: string) => Promise<TensorSource>,
): Promise<TensorSource> {
  const { weight_map: map } = await readJson(indexFile, indexSchema);
  const parts = new Map<string, TensorSource>();
  for (const name of new Set(Object.values(map))) {
    if (path.basename(name) !== name || !ending.test(name))
      throw checkpointError(indexFile, `names the file ${JSON.stringify(excerpt(name))}, which is not one beside it`);
    parts.set(name, await read(path.join(path.dirname(indexFile), name)));
  }
  for (const [tensor, name] of Object.entries(map))
    if (!parts.get(name)!.find(tensor))
      throw checkpointError(indexFile, `${name} does not hold the tensor ${excerpt(tensor)}`);
  return {
    label: indexFile,
    names: Object.keys(map),
    find: (name) => (Object.hasOwn(map, name) ? parts.get(map[name]!)!.find(name) : undefined),
  };
}

async function readHeader(
  file: string,
  target: string,
): Promise<{ header: Record<string, unknown>; dataStart: number; size: number }> {
  const handle = await open(target);
  try {
    const { size } = await handle.stat();
    const head = Buffer.alloc(Math.min(size, HEAD_BYTES));
    await handle.read(head, 0, head.length, 0);
    const foreign = foreignFormat(head, size);
    if (foreign !== null) throw checkpointError(file, `is ${foreign}`);
    if (size < 8) throw checkpointError(file, "is too short to be a safetensors file");
    const length = Number(head.readBigUInt64LE());
    if (length > LONGEST_HEADER) throw checkpointError(file, `is not a safetensors file (a header of ${length} bytes)`);
    if (length > size - 8)
      throw checkpointError(file, `ends within its header (${size} bytes, header of ${length}); download it again`);
    const bytes = Buffer.alloc(length);
    await handle.read(bytes, 0, length, 8);
    return { header: parseHeader(`${file} (header)`, bytes), dataStart: 8 + length, size };
  } finally {
    await handle.close();
  }
}

function parseHeader(label: string, bytes: Buffer): Record<string, unknown> {
  const text = textOf(label, bytes);
  const fault = faultOfKeys(text);
  if (fault !== null) throw checkpointError(label, fault);
  const header = parseJson(label, text, z.record(z.string(), z.unknown()));
  const names = Object.keys(header);
  if (names.length > MOST_TENSORS) throw checkpointError(label, `has ${names.length} tensors, ${MOST_TENSORS} at most`);
  const odd = names.find((name) => name.length > LONGEST_NAME || /\p{Cs}/u.test(name));
  if (odd !== undefined) throw checkpointError(label, `has a tensor named ${excerpt(odd)}, which is no name`);
  return header;
}

function tensorOf(
  file: string,
  name: string,
  entry: unknown,
  { path, dataStart, size }: { path: string; dataStart: number; size: number },
): ExternalTensor {
  const shown = excerpt(name);
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) throw checkpointError(file, `the header's entry of ${shown} is malformed`);
  const { shape, data_offsets: offsets } = parsed.data;
  const dtype = Object.hasOwn(DTYPES, parsed.data.dtype) ? DTYPES[parsed.data.dtype] : undefined;
  if (!dtype) throw checkpointError(file, `${shown} has the unknown element type ${excerpt(parsed.data.dtype)}`);
  const [begin, end] = offsets;
  if (begin > end || end > size - dataStart)
    throw checkpointError(
      file,
      `${shown} lies at ${begin} to ${end}, outside the file's ${size - dataStart} data bytes`,
    );
  const bytes = shape.reduce((product, dim) => product * dim, bytesPerElement(dtype));
  if (bytes !== end - begin)
    throw checkpointError(file, `${shown} is ${dtype} [${shape.join(", ")}] but has ${end - begin} bytes`);
  return { dtype, shape, path, offset: dataStart + begin, byteLength: end - begin };
}

/** Tensors lie one after the other and fill the file, as the format demands; anything else was altered or cut. */
function expectNoGaps(
  file: string,
  tensors: ReadonlyMap<string, ExternalTensor>,
  dataStart: number,
  size: number,
): void {
  let position = dataStart;
  for (const [name, { offset, byteLength }] of [...tensors].sort(
    ([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength,
  )) {
    if (offset < position) throw checkpointError(file, `${excerpt(name)} overlaps the tensor before it`);
    if (offset > position)
      throw checkpointError(file, `has ${offset - position} bytes before ${excerpt(name)} that belong to no tensor`);
    position = offset + byteLength;
  }
  if (position !== size)
    throw checkpointError(file, `has ${size - position} bytes at its end that belong to no tensor`);
}
