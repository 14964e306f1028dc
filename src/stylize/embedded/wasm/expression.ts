/** Typed expressions of WebAssembly code: each holds the bytes that leave its value on the stack. */
import {
  ARITHMETIC,
  COMPARISON,
  CONTROL,
  CONVERSION,
  EXTRACT_F32_LANE,
  EXTRACT_I32_LANE,
  LANES,
  LOAD,
  type ValueType,
} from "./opcodes.ts";

/** Something that can stand where an expression is expected; numbers take the type of the other operand. */
export type Operand = Expression | number;

/** LEB128 of an unsigned integer. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const more = rest > 0x7f;
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

/** LEB128 of a signed integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

export class Expression {
  readonly type: ValueType;
  readonly code: readonly number[];
  constructor(type: ValueType, code: readonly number[]) {
    this.type = type;
    this.code = code;
  }

  plus = (other: Operand): Expression => this.#binary("add", other);
  minus = (other: Operand): Expression => this.#binary("subtract", other);
  times = (other: Operand): Expression => this.#binary("multiply", other);
  over = (other: Operand): Expression => this.#binary("divide", other);
  min = (other: Operand): Expression => this.#binary("minimum", other);
  max = (other: Operand): Expression => this.#binary("maximum", other);
  and = (other: Operand): Expression => this.#binary("and", other);
  or = (other: Operand): Expression => this.#binary("or", other);
  xor = (other: Operand): Expression => this.#binary("xor", other);
  shiftLeft = (bits: Operand): Expression => this.#binary("shiftLeft", bits);
  shiftRight = (bits: Operand): Expression => this.#binary("shiftRight", bits);
  squareRoot = (): Expression => new Expression(this.type, [...this.code, ...instruction("squareRoot", this.type)]);

  equals = (other: Operand): Expression => this.#compare("equal", other);
  less = (other: Operand): Expression => this.#compare("less", other);
  atLeast = (other: Operand): Expression => this.#compare("atLeast", other);

  toF32 = (): Expression => this.#convert("f32OfI32");
  toI32 = (): Expression => this.#convert("i32OfF32");
  /** the value in all four lanes */
  splat = (): Expression => this.#convert("splatF32");
  /** the four f32 lanes rounded to the nearest i32 */
  roundLanes = (): Expression => this.#convert("nearest").#convert("i32LanesOfF32");
  i32Lane = (lane: number): Expression => new Expression("i32", [...this.code, ...EXTRACT_I32_LANE, lane]);
  f32Lane = (lane: number): Expression => new Expression("f32", [...this.code, ...EXTRACT_F32_LANE, lane]);
  lanes = (operation: keyof typeof LANES, other: Expression): Expression =>
    new Expression("v128", [...this.code, ...other.code, ...LANES[operation]]);

  /** `this ? yes : no`, both evaluated */
  choose(yes: Expression, no: Operand): Expression {
    return new Expression(yes.type, [...yes.code, ...literal(no, yes.type).code, ...this.code, CONTROL.select]);
  }

  /** Reads memory at this address plus `offset` bytes. */
  load(kind: keyof typeof LOAD, offset = 0): Expression {
    const { code, align, type } = LOAD[kind];
    return new Expression(type, [...this.code, ...code, align, ...unsigned(offset)]);
  }

  #binary(operation: keyof typeof ARITHMETIC, other: Operand): Expression {
    const right = literal(other, this.type);
    return new Expression(this.type, [...this.code, ...right.code, ...instruction(operation, this.type)]);
  }

  #compare(operation: keyof typeof COMPARISON, other: Operand): Expression {
    if (this.type === "v128") throw new TypeError(`no "${operation}" of v128`);
    return new Expression("i32", [
      ...this.code,
      ...literal(other, this.type).code,
      ...COMPARISON[operation][this.type],
    ]);
  }

  #convert(conversion: keyof typeof CONVERSION): Expression {
    const { from, to, code } = CONVERSION[conversion];
    if (this.type !== from) throw new TypeError(`"${conversion}" takes ${from}, not ${this.type}`);
    return new Expression(to, [...this.code, ...code]);
  }
}

/** A number as a constant of `type`; an expression of that type as it is. */
export function literal(value: Operand, type: ValueType): Expression {
  if (value instanceof Expression) {
    if (value.type !== type) throw new TypeError(`expected ${type}, got ${value.type}`);
    return value;
  }
  if (type === "i32") return new Expression("i32", [CONTROL.i32Const, ...signed(value)]);
  const constant = new Expression("f32", [CONTROL.f32Const, ...new Uint8Array(Float32Array.of(value).buffer)]);
  return type === "f32" ? constant : constant.splat();
}

function instruction(operation: keyof typeof ARITHMETIC, type: ValueType): readonly number[] {
  const codes: Partial<Record<ValueType, readonly number[]>> = ARITHMETIC[operation];
  const code = codes[type];
  if (!code) throw new TypeError(`no "${operation}" of ${type}`);
  return code;
}
