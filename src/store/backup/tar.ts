/** Archives as every `tar` reads them (POSIX.1-1988, "ustar"), written and read piece by piece. */
import { UserError } from "../../errors.ts";

const BLOCK = 512;
/** What a field of twelve bytes says in octal digits. */
const OCTAL_MOST = 0o77_777_777_777;
const LONGEST_NAME = 100;

/** A file of an archive. */
export interface TarFile {
  /** With slashes, at most 100 bytes. */
  readonly name: string;
  readonly bytes: number;
  /** Exactly so many. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** The bytes of an archive of these files, one after the other. */
export async function* packTar(files: AsyncIterable<TarFile>): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes, content } of files) {
    yield header(name, bytes);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      yield piece;
    }
    if (written !== bytes) throw new RangeError(`${name} has ${written} bytes, and was said to have ${bytes}`);
    yield new Uint8Array(padding(bytes));
  }
  yield new Uint8Array(2 * BLOCK);
}

/**
 * Goes through an archive. Each file's content has to be read, or is passed over, before the next one.
 *
 * @throws UserError `backup-damaged` when it ends before its end, or is none
 */
export async function* unpackTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const reader = new BlockReader(archive);
  try {
    for (;;) {
      const head = await reader.exactly(BLOCK);
      if (head.every((byte) => byte === 0)) return;
      const { name, bytes } = readHeader(head);
      const content = reader.pieces(bytes);
      yield { name, bytes, content };
      for await (const _ of content);
      await reader.exactly(padding(bytes));
    }
  } finally {
    await reader.close();
  }
}

const padding = (bytes: number): number => (BLOCK - (bytes % BLOCK)) % BLOCK;

function header(name: string, bytes: number): Uint8Array {
  if (Buffer.byteLength(name) > LONGEST_NAME) throw new RangeError(`The name ${name} is too long for an archive`);
  const head = Buffer.alloc(BLOCK);
  head.write(name, 0);
  head.write("0000600\0", 100);
  head.write("0000000\0", 108);
  head.write("0000000\0", 116);
  if (bytes <= OCTAL_MOST) head.write(`${bytes.toString(8).padStart(11, "0")}\0`, 124);
  else {
    // As GNU's and others write what is larger than 8 GiB: in bytes, with the first bit set.
    head.writeUInt8(0x80, 124);
    head.writeBigUInt64BE(BigInt(bytes), 128);
  }
  head.write(
    `${Math.floor(Date.now() / 1000)
      .toString(8)
      .padStart(11, "0")}\0`,
    136,
  );
  head.write("        ", 148);
  head.write("0", 156);
  head.write("ustar\u000000", 257);
  head.write(`${checksum(head).toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

function readHeader(head: Buffer): { readonly name: string; readonly bytes: number } {
  const said = Number.parseInt(head.toString("latin1", 148, 156), 8);
  if (said !== checksum(head) || head.toString("latin1", 257, 262) !== "ustar") throw damaged("it is no archive");
  if (head.toString("latin1", 156, 157) !== "0") throw damaged("there is something in it that is no file");
  const name = head.toString("utf8", 0, LONGEST_NAME).replace(/\0.*$/s, "");
  const bytes =
    head[124] === 0x80
      ? Number(head.readBigUInt64BE(128))
      : Number.parseInt(head.toString("latin1", 124, 136).replace(/\0.*$/s, ""), 8);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged("a length in it is none");
  return { name, bytes };
}

/** The sum of a header's bytes, with blanks in place of the sum itself. */
function checksum(head: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += head[at]!;
  return sum;
}

export const damaged = (why: string): UserError =>
  new UserError("backup-damaged", `The backup is damaged (${why}). Nothing was restored: take another one.`);

/** Reads as many bytes as are asked for, whatever pieces they come in. */
class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.#source = archive[Symbol.asyncIterator]();
  }

  /** A few bytes, in one piece. */
  async exactly(bytes: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.pieces(bytes)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *pieces(bytes: number): AsyncGenerator<Uint8Array> {
    let wanted = bytes;
    while (wanted > 0) {
      if (this.#left.length === 0) {
        const { value, done } = await this.#source.next();
        if (done) throw damaged("its end is missing");
        this.#left = value;
      }
      const piece = this.#left.subarray(0, wanted);
      this.#left = this.#left.subarray(piece.length);
      wanted -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
