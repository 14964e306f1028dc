/** Weights rounded to 8 bits, written once to a file of their own beside the checkpoint's, and used in place after. */
import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";

import { EngineError } from "../errors.ts";
import { exists } from "../exists.ts";
import { fromFloat16 } from "./float16.ts";
import type { ExternalTensor } from "./graph.ts";
import { readSafetensors } from "./safetensors.ts";
import { checkpointError, type TensorSource } from "./tensor-source.ts";

const ENDING = ".atelier-int8";

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
 */
export async function roundedSource(
  source: TensorSource,
  record: (source: TensorSource) => void,
): Promise<TensorSource> {
  const wanted = rowsAskedFor(source, record);
  const file = `${source.label.replace(/\.safetensors(?:\.index\.json)?$/, "")}.${await fingerprint(wanted)}${ENDING}`;
  if (!(await exists(file))) await writeRounded(file, wanted);
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
  const hash = createHash("sha256").update(JSON.stringify(rows));
  for (const path of new Set(rows.map(({ tensor }) => tensor.path))) {
    const { size, mtimeMs } = await stat(path);
    hash.update(`${size} ${mtimeMs}`);
  }
  return hash.digest("hex").slice(0, 12);
}

async function writeRounded(file: string, rows: readonly RoundedRows[]): Promise<void> {
  let offset = 0;
  const header: Record<string, unknown> = {};
  const place = (name: string, dtype: string, shape: readonly number[], bytes: number): void => {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  };
  for (const { key, tensor, count } of rows) {
    const inputs = inputsOf(tensor);
    place(`${key}.int8`, "I8", [inputs, count], inputs * count);
    place(`${key}.scale`, "F32", [count], 4 * count);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const part = `${file}.part`;
  let handle: FileHandle | undefined;
  try {
    handle = await open(part, "w");
    await handle.write(Buffer.concat([length, json]));
    for (const row of rows) {
      const { bytes, scales } = roundRows(await readRows(row), row);
      await handle.write(new Uint8Array(bytes.buffer));
      await handle.write(new Uint8Array(scales.buffer));
    }
    await handle.close();
    await rename(part, file);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(part, { force: true });
    if (error instanceof EngineError) throw error;
    throw checkpointError(file, "cannot be written; PRECISION=int8 needs room for it beside the checkpoint", error);
  }
}

/**
 * [outputs, C, kh, kw] or [outputs, C] to int8 [kh · kw · C, outputs]: the largest magnitude of each output becomes 127.
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
    const scale = largest === 0 ? 1 : largest / 127;
    scales[row] = scale;
    for (let c = 0; c < channels; c++)
      for (let s = 0; s < area; s++)
        bytes[(s * channels + c) * count + row] = Math.round(weights[begin + c * area + s]! / scale);
  }
  return { bytes, scales };
}

const inputsOf = ({ shape }: ExternalTensor): number =>
  (shape as readonly number[]).slice(1).reduce((product, dim) => product * dim, 1);

async function readRows({ tensor, start, count }: RoundedRows): Promise<Float32Array> {
  const rowBytes = tensor.byteLength / (tensor.shape[0] as number);
  const bytes = new Uint8Array(count * rowBytes);
  let handle: FileHandle | undefined;
  try {
    handle = await open(tensor.path);
    await handle.read(bytes, 0, bytes.length, tensor.offset + start * rowBytes);
  } finally {
    await handle?.close();
  }
  if (tensor.dtype === "float32") return new Float32Array(bytes.buffer);
  if (tensor.dtype === "float16") return fromFloat16(new Uint16Array(bytes.buffer));
  throw checkpointError(tensor.path, `${tensor.dtype} weights cannot be rounded; set PRECISION=auto`);
}
