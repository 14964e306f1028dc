/** Bytes of a stored tensor as single precision. */
import type { DType } from "../dtype.ts";
import { fromFloat16 } from "./float16.ts";

/** Element types that `decodeFloats` reads. */
export const isStoredFloat = (dtype: DType): boolean =>
  dtype === "float32" || dtype === "float16" || dtype === "bfloat16";

/** @param bytes little-endian, of any alignment. @throws TypeError for an element type that holds no such numbers */
export function decodeFloats(bytes: Uint8Array, dtype: DType): Float32Array {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  if (dtype === "float32") return new Float32Array(buffer);
  if (dtype === "float16") return fromFloat16(new Uint16Array(buffer));
  if (dtype !== "bfloat16") throw new TypeError(`${dtype} holds no single, half or brain floats`);
  const halves = new Uint16Array(buffer);
  const bits = new Uint32Array(halves.length); // a bfloat16 is the upper half of a single
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}
