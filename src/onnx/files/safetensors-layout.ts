/** Where the tensors of a safetensors file lie, and the header that says so. */
import { bytesPerElement, type DType } from "../dtype.ts";

/** Element types that are written, by their names in the format. */
const WRITTEN = { float32: "F32", float16: "F16", int8: "I8", uint8: "U8" } as const satisfies Partial<
  Record<DType, string>
>;
export type WrittenType = keyof typeof WRITTEN;

export interface WrittenTensor {
  readonly name: string;
  readonly dtype: WrittenType;
  readonly shape: readonly number[];
}

export interface SafetensorsLayout {
  /** All bytes before the data. */
  readonly header: Uint8Array;
  /** Byte offset in the file, by tensor. */
  readonly places: ReadonlyMap<string, number>;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** Places tensors one after the other in the order given. Data begins at a multiple of 64, as readers map it in place. */
export function layOutSafetensors(
  tensors: readonly WrittenTensor[],
  metadata?: Readonly<Record<string, string>>,
): SafetensorsLayout {
  let position = 0;
  const entries: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const positions = new Map<string, number>();
  for (const { name, dtype, shape } of tensors) {
    const size = shape.reduce((product, dim) => product * dim, bytesPerElement(dtype));
    entries[name] = { dtype: WRITTEN[dtype], shape, data_offsets: [position, position + size] };
    positions.set(name, position);
    position += size;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const header = Buffer.alloc(Math.ceil((8 + json.length) / 64) * 64, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  const places = new Map([...positions].map(([name, at]) => [name, header.length + at]));
  return { header, places, size: header.length + position };
}
