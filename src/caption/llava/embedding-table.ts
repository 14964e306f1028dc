/** Token embeddings read row by row from their file: the table of a 7B model need not be in memory. */
import { type FileHandle, open } from "node:fs/promises";

import { fromFloat16 } from "../../onnx/float16.ts";
import type { ExternalTensor } from "../../onnx/graph.ts";
import type { Floats } from "../../onnx/tensor.ts";
import { checkpointError, type TensorSource } from "../../onnx/tensor-source.ts";

export class EmbeddingTable {
  readonly #file: FileHandle;
  readonly #tensor: ExternalTensor;

  private constructor(file: FileHandle, tensor: ExternalTensor) {
    this.#file = file;
    this.#tensor = tensor;
  }

  /** @throws EngineError when the tensor is missing or is no table of real numbers `width` wide */
  static async open(source: TensorSource, name: string, width: number): Promise<EmbeddingTable> {
    const tensor = source.find(name);
    if (!tensor) throw checkpointError(source.label, `the tensor ${name} is missing`);
    const real = ["float32", "float16", "bfloat16"].includes(tensor.dtype);
    if (!real || tensor.shape.length !== 2 || tensor.shape[1] !== width)
      throw checkpointError(
        source.label,
        `${name} is ${tensor.dtype} [${tensor.shape.join(", ")}], expected [*, ${width}]`,
      );
    return new EmbeddingTable(await open(tensor.path), tensor);
  }

  /** Rows of these tokens, [ids, width]. */
  async rows(ids: readonly number[]): Promise<Floats> {
    const [count, width] = this.#tensor.shape as [number, number];
    const rowBytes = this.#tensor.byteLength / count;
    const bytes = Buffer.alloc(ids.length * rowBytes);
    for (const [i, id] of ids.entries()) {
      if (id >= count) throw new RangeError(`token ${id} is not among the ${count} of ${this.#tensor.path}`);
      await this.#file.read(bytes, i * rowBytes, rowBytes, this.#tensor.offset + id * rowBytes);
    }
    return { data: decode(bytes, this.#tensor.dtype), shape: [ids.length, width] };
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function decode(bytes: Buffer, dtype: ExternalTensor["dtype"]): Float32Array {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  if (dtype === "float32") return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  if (dtype === "float16") return fromFloat16(halves);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer); // bfloat16: the upper half of a float32
}
