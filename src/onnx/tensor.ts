/** Tensors at the border of a session: real numbers are `Float32Array` here, whatever the session computes in. */
import { Tensor as CommonTensor } from "onnxruntime-common";
import { Tensor } from "onnxruntime-node";

import "./no-telemetry.ts";
import { fromFloat16, toFloat16 } from "./files/float16.ts";
import { showShape } from "./shape.ts";

/**
 * Where there is a Float16Array (Node 24), tensors of halves become one, of which onnxruntime-node 1.30 then sees no byte
 * (pull request 32323 of microsoft/onnxruntime). Which array it is, is settled when the first tensor is made, in each of
 * the package's two forms: make those where none is to be seen.
 */
function keepHalvesAsBits(): void {
  const known = Object.getOwnPropertyDescriptor(globalThis, "Float16Array");
  if (!known) return;
  Reflect.deleteProperty(globalThis, "Float16Array");
  settle(Tensor);
  settle(CommonTensor);
  Object.defineProperty(globalThis, "Float16Array", known);
}

const settle = (AnyTensor: typeof Tensor | typeof CommonTensor): unknown => new AnyTensor("float32", [0], [1]);

keepHalvesAsBits();

export { Tensor } from "onnxruntime-node";

/** What a session computes in. */
export type FloatType = "float32" | "float16";

/** Real numbers in row-major order with their shape. */
export interface Floats {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A tensor of real numbers in the session's element type. */
export const floatTensor = (dtype: FloatType, { data, shape }: Floats): Tensor =>
  dtype === "float32" ? new Tensor("float32", data, shape) : new Tensor("float16", toFloat16(data), shape);

/** A real tensor in another element type; itself when it is in that. */
export const inElements = (dtype: FloatType, tensor: Tensor): Tensor =>
  tensor.type === dtype ? tensor : floatTensor(dtype, floatsOf(tensor));

/** The numbers of a real tensor as single precision. @throws TypeError when it holds something else */
export function floatsOf(tensor: Tensor): Floats {
  const shape = tensor.dims;
  if (tensor.type === "float32") return { data: tensor.data as Float32Array, shape };
  if (tensor.type === "float16") {
    const { buffer, byteOffset, length } = tensor.data as Uint16Array;
    return { data: fromFloat16(new Uint16Array(buffer, byteOffset, length)), shape };
  }
  throw new TypeError(`expected real numbers, got ${tensor.type} ${showShape(shape)}`);
}

/** Integer tensor of 64-bit elements, which is how token ids and positions are given. */
export const integerTensor = (numbers: ArrayLike<number>, shape: readonly number[]): Tensor =>
  new Tensor("int64", BigInt64Array.from(Array.from(numbers), BigInt), shape);

/** The rows of a batch, each as numbers of its own. */
export function rowsOf(batch: Tensor): Float32Array[] {
  const { data, shape } = floatsOf(batch);
  const each = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) => data.slice(i * each, (i + 1) * each));
}

/** Numbers one after the other. */
export function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
