/** Writes protocol buffers' wire format: as much of it as ONNX models need. */

const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** Nearly all numbers of a model: tags, lengths of names, sizes of kernels. */
const ONE_BYTE = Array.from({ length: 128 }, (_, value) => Uint8Array.of(value));

/** One message, field by field. Byte fields are kept by reference, so a large tensor is copied once, at the end. */
export class Message {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Integers up to 64 bits; negative ones as two's complement, ten bytes long. */
  int(field: number, value: number | bigint): this {
    this.#varint((field << 3) | VARINT);
    this.#varint(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint((field << 3) | FIXED32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#append(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | LENGTH);
    this.#varint(value.length);
    this.#append(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, "utf8"));
  }

  message(field: number, value: Message): this {
    this.#varint((field << 3) | LENGTH);
    this.#varint(value.#length);
    for (const part of value.#parts) this.#append(part);
    return this;
  }

  toBytes(): Uint8Array {
    return Buffer.concat(this.#parts, this.#length);
  }

  #append(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  #varint(value: number | bigint): void {
    const short = ONE_BYTE[Number(value)];
    if (short) return this.#append(short);
    const out: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 127n) {
      out.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    out.push(Number(rest));
    this.#append(Uint8Array.from(out));
  }
}
