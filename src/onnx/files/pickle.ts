/**
 * A reader of Python pickles that builds data and runs nothing. It knows the few opcodes that torch.save writes for
 * nested state dicts, and the caller says which globals there are; everything else is refused by name. Its time and its
 * memory grow with the length of the pickle and no faster.
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import { isUtf8 } from "node:buffer";

import { excerpt } from "../../errors.ts";

/** The pickle is damaged, or wants something that data does not need. */
export class PickleError extends Error {
  override readonly name = "PickleError";
}

/** A Python tuple; lists are arrays. */
export class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A Python dict, in the order in which it was filled. Nothing is looked up in it, so that keys need no hash. */
export class Dict {
  readonly entries: (readonly [key: unknown, value: unknown])[] = [];
}

/**
 * A class or function that a pickle may name. Where `call` is missing it may not be called, and where `make` is missing
 * no object of it may be made, whose state then follows.
 */
export interface PickleGlobal {
  readonly name: string;
  readonly call?: (args: readonly unknown[]) => unknown;
  readonly make?: () => unknown;
}

export interface PickleHost {
  /** `undefined` refuses the global. */
  findGlobal(module: string, name: string): PickleGlobal | undefined;
  /** An object that lies outside of the pickle, by its persistent id. */
  load(id: unknown): unknown;
  /** Gives an object its state; `false` where it may have none. */
  build(object: unknown, state: unknown): boolean;
}

/** A tensor takes about 40, the largest checkpoints have some thousand tensors; each makes one object at most. */
const MOST_OPCODES = 1_000_000;

/** @throws PickleError */
export const unpickle = (bytes: Uint8Array, host: PickleHost): unknown => unpickleFrom(bytes, 0, host).value;

/** The value of a pickle that begins at `start`, and the place of the first byte after it. @throws PickleError */
export const unpickleFrom = (bytes: Uint8Array, start: number, host: PickleHost): { value: unknown; end: number } =>
  new Machine(bytes, start, host).run();

class Machine {
  readonly #bytes: Buffer;
  readonly #host: PickleHost;
  readonly #memo = new Map<string, unknown>();
  /** Heights of the stack at which groups of items begin. */
  readonly #marks: number[] = [];
  readonly #stack: unknown[] = [];
  #position: number;

  constructor(bytes: Uint8Array, start: number, host: PickleHost) {
    this.#position = start;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#host = host;
  }

  run(): { value: unknown; end: number } {
    for (let count = 0; count < MOST_OPCODES; count++) {
      const at = this.#position;
      const opcode = this.#uint8();
      if (opcode === 0x2e /* STOP */) return { value: this.#pop(), end: this.#position };
      if (!this.#structure(opcode) && !this.#literal(opcode) && !this.#object(opcode)) {
        const shown = `0x${opcode.toString(16).padStart(2, "0")}`;
        throw new PickleError(`the opcode ${shown} at byte ${at} is refused: tensors do not need it`);
      }
    }
    throw new PickleError("it wants more memory than tensors need");
  }

  /** Opcodes that arrange what is on the stack. */
  #structure(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        this.#uint8();
        return true;
      case 0x95: // FRAME
        this.#take(8);
        return true;
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        return true;
      case 0x71: // BINPUT
        return this.#remember(this.#uint8());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#take(4).readUInt32LE());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#uint8());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#take(4).readUInt32LE());
      case 0x29: // EMPTY_TUPLE
        return this.#push(new Tuple([]));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(new Tuple(Array.from({ length: opcode - 0x84 }, () => this.#pop()).reverse()));
      case 0x74: // TUPLE
        return this.#push(new Tuple(this.#popToMark()));
      case 0x5d: // EMPTY_LIST
        return this.#push([]);
      case 0x61: // APPEND
        return this.#append([this.#pop()]);
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x7d: // EMPTY_DICT
        return this.#push(new Dict());
      case 0x73: // SETITEM
        return this.#setItems([this.#pop(), this.#pop()].reverse());
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      default:
        return false;
    }
  }

  /** Opcodes that stand for a value. */
  #literal(opcode: number): boolean {
    switch (opcode) {
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4b: // BININT1
        return this.#push(this.#uint8());
      case 0x4d: // BININT2
        return this.#push(this.#take(2).readUInt16LE());
      case 0x4a: // BININT
        return this.#push(this.#take(4).readInt32LE());
      case 0x8a: // LONG1
        return this.#push(signed(this.#take(this.#uint8())));
      case 0x47: // BINFLOAT
        return this.#push(this.#take(8).readDoubleBE());
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#take(4).readUInt32LE()));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#uint8()));
      default:
        return false;
    }
  }

  /** Opcodes that name a global or make an object, all of them by way of the host. */
  #object(opcode: number): boolean {
    switch (opcode) {
      case 0x63: // GLOBAL
        return this.#global(this.#line(), this.#line());
      case 0x93: {
        // STACK_GLOBAL
        const name = this.#pop();
        const module = this.#pop();
        if (typeof module !== "string" || typeof name !== "string")
          throw new PickleError("it names a global by something that is no text");
        return this.#global(module, name);
      }
      case 0x52: {
        // REDUCE
        const args = this.#pop();
        const callee = this.#pop() as PickleGlobal | null;
        if (!(args instanceof Tuple) || typeof callee !== "object" || !callee?.call) {
          throw new PickleError("it calls something that cannot be called");
        }
        return this.#push(callee.call(args.items));
      }
      case 0x81: {
        // NEWOBJ
        const args = this.#pop();
        const made = this.#pop() as PickleGlobal | null;
        if (!(args instanceof Tuple) || args.items.length > 0 || typeof made !== "object" || !made?.make)
          throw new PickleError("it makes an object that tensors do not need");
        return this.#push(made.make());
      }
      case 0x51: // BINPERSID
        return this.#push(this.#host.load(this.#pop()));
      case 0x62: {
        // BUILD
        const state = this.#pop();
        if (!this.#host.build(this.#top(), state)) throw new PickleError("it gives a state to something without one");
        return true;
      }
      default:
        return false;
    }
  }

  #global(module: string, name: string): boolean {
    const found = this.#host.findGlobal(module, name);
    if (!found) throw new PickleError(`${excerpt(`${module}.${name}`)} is refused: tensors do not need it`);
    return this.#push(found);
  }

  #append(items: readonly unknown[]): boolean {
    const list = this.#top();
    if (!Array.isArray(list)) throw new PickleError("it appends to something that is not a list");
    for (const item of items) list.push(item);
    return true;
  }

  #setItems(items: readonly unknown[]): boolean {
    const dict = this.#top();
    if (!(dict instanceof Dict) || items.length % 2 !== 0) throw new PickleError("it sets items of what is not a dict");
    for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i], items[i + 1]]);
    return true;
  }

  #remember(slot: number): boolean {
    this.#memo.set(memoKey(slot), this.#top());
    return true;
  }

  #recall(slot: number): boolean {
    const key = memoKey(slot);
    if (!this.#memo.has(key)) throw new PickleError(`nothing was remembered as ${slot}`);
    return this.#push(this.#memo.get(key));
  }

  #push(value: unknown): boolean {
    this.#stack.push(value);
    return true;
  }

  #pop(): unknown {
    const value = this.#top();
    this.#stack.length -= 1;
    return value;
  }

  #top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new PickleError("its stack is empty");
    return this.#stack.at(-1);
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleError("a mark is missing");
    return this.#stack.splice(mark);
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw new PickleError("it ends too early");
    return this.#text(end + 1 - this.#position).trim();
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    if (!isUtf8(bytes)) throw new PickleError("it has a text that is not UTF-8");
    return bytes.toString("utf8");
  }

  #uint8(): number {
    return this.#take(1)[0]!;
  }

  #take(count: number): Buffer {
    const end = this.#position + count;
    if (end > this.#bytes.length) throw new PickleError("it ends too early");
    const taken = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return taken;
  }
}

/** Numbers hash alike in every process, so that a pickle could choose slots that collide; texts do not. */
const memoKey = (slot: number): string => `slot ${slot}`;

/** A little-endian integer in two's complement. Beyond 2^53 it is inexact, which sizes are checked for later. */
function signed(bytes: Uint8Array): number {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return Number(BigInt.asIntN(bytes.length * 8, value));
}
