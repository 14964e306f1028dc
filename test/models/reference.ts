/** The committed tiny pipelines and their reference tensors, read back. */
import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";

import { expect } from "vitest";

import type { RgbImage } from "../../src/images/rgb-image.ts";
import type { Floats } from "../../src/onnx/index.ts";
import { readSafetensors } from "../../src/onnx/files/safetensors.ts";
import type { TensorSource } from "../../src/onnx/files/tensor-source.ts";

export const FIXTURES = path.resolve(import.meta.dirname, "../fixtures");
export const PIPELINES = ["tiny-v1", "tiny-v2"] as const;

export interface Reference {
  readonly source: TensorSource;
  /** A float32 tensor. */
  floats(name: string): Floats;
  /** A float64 tensor of one number. */
  number(name: string): number;
  /** A tensor of bytes. */
  bytes(name: string): { readonly data: Uint8Array; readonly shape: readonly number[] };
  /** An int64 tensor of small numbers. */
  longs(name: string): number[];
  /** An int32 tensor. */
  integers(name: string): Int32Array;
  /** A uint8 tensor [height, width, 3]. */
  picture(name: string): RgbImage;
}

export async function readReference(file: string): Promise<Reference> {
  const source = await readSafetensors(file);
  const read = (name: string): { buffer: ArrayBuffer; shape: readonly number[] } => {
    const tensor = source.find(name);
    if (!tensor) throw new Error(`${file} has no ${name}`);
    const bytes = new Uint8Array(tensor.byteLength);
    const handle = openSync(tensor.path, "r");
    readSync(handle, bytes, 0, bytes.length, tensor.offset);
    closeSync(handle);
    return { buffer: bytes.buffer, shape: tensor.shape as number[] };
  };
  return {
    source,
    floats: (name) => {
      const { buffer, shape } = read(name);
      return { data: new Float32Array(buffer), shape };
    },
    number: (name) => new Float64Array(read(name).buffer)[0]!,
    bytes: (name) => {
      const { buffer, shape } = read(name);
      return { data: new Uint8Array(buffer), shape };
    },
    longs: (name) => Array.from(new BigInt64Array(read(name).buffer), Number),
    integers: (name) => new Int32Array(read(name).buffer),
    picture: (name) => {
      const { buffer, shape } = read(name);
      return { width: shape[1]!, height: shape[0]!, data: new Uint8Array(buffer) };
    },
  };
}

/** ‖actual - expected‖ / ‖expected‖ */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
