/** Element types: their names here (as onnxruntime's tensors have them), ONNX codes and sizes, and numbers as bytes. */
import { toFloat16 } from "./files/float16.ts";

/** ONNX `TensorProto.DataType` by name. */
export const DTYPE_CODE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type DType = keyof typeof DTYPE_CODE;

const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

/** Size of one element in bytes. */
export const bytesPerElement = (dtype: DType): number => BYTES[dtype];

export const isFloat = (dtype: DType): boolean =>
  dtype === "float32" || dtype === "float16" || dtype === "bfloat16" || dtype === "float64";

const ENCODERS: Readonly<Record<Exclude<DType, "bfloat16">, (numbers: number[]) => ArrayBufferView>> = {
  float32: (numbers) => Float32Array.from(numbers),
  float64: (numbers) => Float64Array.from(numbers),
  float16: (numbers) => toFloat16(Float32Array.from(numbers)),
  int64: (numbers) => BigInt64Array.from(numbers, BigInt),
  uint64: (numbers) => BigUint64Array.from(numbers, BigInt),
  int32: (numbers) => Int32Array.from(numbers),
  uint32: (numbers) => Uint32Array.from(numbers),
  int16: (numbers) => Int16Array.from(numbers),
  uint16: (numbers) => Uint16Array.from(numbers),
  int8: (numbers) => Int8Array.from(numbers),
  uint8: (numbers) => Uint8Array.from(numbers),
  bool: (numbers) => Uint8Array.from(numbers),
};

/** Numbers as little-endian bytes of `dtype`. */
export function encodeNumbers(dtype: DType, numbers: ArrayLike<number>): Uint8Array {
  if (dtype === "bfloat16") throw new TypeError("numbers cannot be written as bfloat16; write float32 and cast");
  return bytesOf(ENCODERS[dtype](Array.from(numbers)));
}

/** The memory of a typed array as bytes, not copied. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
