/** Weights rounded to 8 bits, written once to a file of their own beside the checkpoint's, and used in place after. */
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import { asDiskFull, EngineError, messageOf } from "../../errors.ts";
import { exists } from "../../exists.ts";
import { writeWhole } from "../../write-whole.ts";
import { decodeFloats, isStoredFloat } from "./decode-floats.ts";
import { bytesOf } from "../dtype.ts";
import type { ExternalTensor } from "../graph.ts";
import { LARGEST_WEIGHT } from "../operators/dynamic-int8.ts";
import { readExactly } from "./read-exactly.ts";
import { layOutSafetensors, type WrittenTensor } from "./safetensors-layout.ts";
import { readSafetensors } from "./safetensors.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";

const ENDING = ".atelier-int8";
/** What follows a checkpoint's stem in the name of a rounded file, whole or (1) half-written. */
const ROUNDED = /^\.[0-9a-f]{12}\.atelier-int8(\..*)?$/;

/**
 * Goes up by one with every change of what the same weights are rounded to, so that no file of earlier code is used.
 * 1: up to 127. 2: up to `LARGEST_WEIGHT`.
 */
const FORMAT = 2;

/** A half-written file that nobody has written to for so long belongs to nobody. */
const STALE_MS = 60 * 60_000;

/** Rows of a stored tensor, and what `Weights.rounded` asks for in their place. */
interface RoundedRows {
  readonly key: string;
  readonly tensor: ExternalTensor;
  readonly start: number;
  readonly count: number;
}

/**
 * The source with the rounded weights that `record` asks for. They are written when they are not there yet, or the
 * checkpoint is another one: about a quarter of its size, at a few hundred megabytes a second.
 *
 * @param record builds the network over the source it is given
 * @throws UserError `disk-full`, EngineError naming the file that cannot be read or written
 */
export async function roundedSource(
  source: TensorSource,
  record: (source: TensorSource) => void,
): Promise<TensorSource> {
  const wanted = rowsAskedFor(source, record);
  const stem = source.label.replace(/\.safetensors(?:\.index(?:\.\w+)?\.json)?$/, "");
  const file = `${stem}.${await fingerprint(wanted)}${ENDING}`;
  if (!(await exists(file))) {
    await writeRounded(file, wanted);
    await removeSuperseded(stem, file);
  }
  const rounded = await readSafetensors(file);
  return {
    label: source.label,
    names: source.names,
    find: (name, shape) => rounded.find(name) ?? source.find(name, shape),
  };
}

function rowsAskedFor(source: TensorSource, record: (source: TensorSource) => void): RoundedRows[] {
  const rows: RoundedRows[] = [];
  record({
    label: source.label,
    names: source.names,
    find: (name, shape) => {
      const match = /^(.+)\[(\d+):(\d+)\]\.(int8|scale)$/.exec(name);
      if (!match) return source.find(name, shape);
      const tensor = source.find(match[1]!);
      if (!tensor || !shape) return undefined;
      const [start, end] = [Number(match[2]), Number(match[3])];
      const isWeight = match[4] === "int8";
      if (isWeight) rows.push({ key: name.slice(0, -".int8".length), tensor, start, count: end - start });
      const byteLength = shape.reduce((product, dim) => product * dim, isWeight ? 1 : 4);
      return { dtype: isWeight ? "int8" : "float32", shape, path: tensor.path, offset: 0, byteLength };
    },
  });
  return rows;
}

async function fingerprint(rows: readonly RoundedRows[]): Promise<string> {
  const hash = createHash("sha256").update(`${FORMAT} ${JSON.stringify(rows)}`);
  for (const weights of new Set(rows.map(({ tensor }) => tensor.path))) {
    const { size, mtimeMs } = await stat(weights);
    hash.update(`${size} ${mtimeMs}`);
  }
  return hash.digest("hex").slice(0, 12);
}

async function writeRounded(file: string, rows: readonly RoundedRows[]): Promise<void> {
  try {
    await writeWhole(file, roundedFile(rows));
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw (
      asDiskFull(error, "rounded") ??
      checkpointError(file, `cannot be written, and PRECISION=int8 needs it: ${messageOf(error)}`, error)
    );
  }
}

/** The bytes of the file, layer by layer: no more than one is held. */
async function* roundedFile(rows: readonly RoundedRows[]): AsyncGenerator<Uint8Array> {
  const tensors = rows.flatMap(({ key, tensor, count }): WrittenTensor[] => [
    { name: `${key}.int8`, dtype: "int8", shape: [inputsOf(tensor), count] },
    { name: `${key}.scale`, dtype: "float32", shape: [count] },
  ]);
  yield layOutSafetensors(tensors).header;
  for (const row of rows) {
    const { bytes, scales } = roundRows(readRows(row), row);
    yield bytesOf(bytes);
    yield bytesOf(scales);
  }
}

/**
 * Files of other weights or of earlier code, each as large as this one, and what a process that was killed left
 * half-written.
 */
async function removeSuperseded(stem: string, file: string): Promise<void> {
  const folder = path.dirname(stem);
  for (const name of await readdir(folder).catch(() => [])) {
    const other = path.join(folder, name);
    const match = other.startsWith(`${stem}.`) && ROUNDED.exec(other.slice(stem.length));
    if (!match || other === file || (match[1] !== undefined && (await isBeingWritten(other)))) continue;
    // Another system may not let go of a file that is open; it is no fault that it stays.
    await rm(other, { force: true }).catch(() => undefined);
  }
}

const isBeingWritten = async (part: string): Promise<boolean> =>
  stat(part).then(
    ({ mtimeMs }) => Date.now() - mtimeMs < STALE_MS,
    () => false,
  );

/**
 * [outputs, C, kh, kw] or [outputs, C] to int8 [kh · kw · C, outputs]: the largest magnitude of each output becomes
 * `LARGEST_WEIGHT`.
 */
function roundRows(weights: Float32Array, { tensor, count }: RoundedRows): { bytes: Int8Array; scales: Float32Array } {
  const inputs = inputsOf(tensor);
  const channels = tensor.shape[1] as number;
  const area = inputs / channels;
  const bytes = new Int8Array(inputs * count);
  const scales = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const begin = row * inputs;
    let largest = 0;
    for (let i = 0; i < inputs; i++) largest = Math.max(largest, Math.abs(weights[begin + i]!));
    const scale = largest === 0 ? 1 : largest / LARGEST_WEIGHT;
    scales[row] = scale;
    for (let c = 0; c < channels; c++)
      for (let s = 0; s < area; s++)
        bytes[(s * channels + c) * count + row] = Math.round(weights[begin + c * area + s]! / scale);
  }
  return { bytes, scales };
}

const inputsOf = ({ shape }: ExternalTensor): number =>
  (shape as readonly number[]).slice(1).reduce((product, dim) => product * dim, 1);

function readRows({
  tensor: { dtype, shape, path: file, offset, byteLength },
  start,
  count,
}: RoundedRows): Float32Array {
  if (!isStoredFloat(dtype)) throw checkpointError(file, `${dtype} weights cannot be rounded; set PRECISION=auto`);
  const rowBytes = byteLength / (shape[0] as number);
  const handle = openSync(file, "r");
  try {
    return decodeFloats(readExactly(handle, count * rowBytes, offset + start * rowBytes, file), dtype);
  } finally {
    closeSync(handle);
  }
}
