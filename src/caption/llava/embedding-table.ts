/** Token embeddings read row by row from their file: the table of a 7B model need not be in memory. */
import { type FileHandle, open } from "node:fs/promises";

import { decodeFloats, isStoredFloat } from "../../onnx/files/decode-floats.ts";
import type { ExternalTensor } from "../../onnx/graph.ts";
import type { Floats } from "../../onnx/tensor.ts";
import { endsEarly } from "../../onnx/files/read-exactly.ts";
import { checkpointError, type TensorSource } from "../../onnx/files/tensor-source.ts";

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
    if (!isStoredFloat(tensor.dtype) || tensor.shape.length !== 2 || tensor.shape[1] !== width)
      throw checkpointError(
        source.label,
        `${name} is ${tensor.dtype} [${tensor.shape.join(", ")}], expected [*, ${width}]`,
      );
    return new EmbeddingTable(await open(tensor.path), tensor);
  }

  /** Rows of these tokens, [ids, width]. @throws EngineError when the file has become shorter since it was opened */
  async rows(ids: readonly number[]): Promise<Floats> {
    const [count, width] = this.#tensor.shape as [number, number];
    const rowBytes = this.#tensor.byteLength / count;
    const bytes = Buffer.alloc(ids.length * rowBytes);
    for (const [i, id] of ids.entries()) {
      if (id >= count) throw new RangeError(`token ${id} is not among the ${count} of ${this.#tensor.path}`);
      const at = this.#tensor.offset + id * rowBytes;
      const { bytesRead } = await this.#file.read(bytes, i * rowBytes, rowBytes, at);
      if (bytesRead < rowBytes) throw endsEarly(this.#tensor.path);
    }
    return { data: decodeFloats(bytes, this.#tensor.dtype), shape: [ids.length, width] };
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
