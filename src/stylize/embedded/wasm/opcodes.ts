/** Byte codes of the WebAssembly instructions the kernels use (WebAssembly core specification 2.0, appendix A). */

export type ValueType = "i32" | "f32" | "v128";

export const VALUE_TYPE: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

export const CONTROL = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  i32Const: 0x41,
  f32Const: 0x43,
  /** the type of a block without result */
  empty: 0x40,
} as const;

/** Prefix of the fixed-width SIMD instructions. */
const SIMD = 0xfd;

/** Arithmetic by operand type; on `v128` it works on four f32 lanes. */
export const ARITHMETIC = {
  add: { i32: [0x6a], f32: [0x92], v128: [SIMD, 0xe4, 0x01] },
  subtract: { i32: [0x6b], f32: [0x93], v128: [SIMD, 0xe5, 0x01] },
  multiply: { i32: [0x6c], f32: [0x94], v128: [SIMD, 0xe6, 0x01] },
  divide: { i32: [0x6d], f32: [0x95], v128: [SIMD, 0xe7, 0x01] },
  minimum: { f32: [0x96], v128: [SIMD, 0xe8, 0x01] },
  maximum: { f32: [0x97], v128: [SIMD, 0xe9, 0x01] },
  squareRoot: { f32: [0x91], v128: [SIMD, 0xe3, 0x01] },
  and: { i32: [0x71] },
  xor: { i32: [0x73] },
  or: { i32: [0x72] },
  shiftLeft: { i32: [0x74] },
  /** logical */
  shiftRight: { i32: [0x76] },
} as const satisfies Record<string, Partial<Record<ValueType, readonly number[]>>>;

/** Comparisons by operand type (integers signed); the result is an i32, 0 or 1. */
export const COMPARISON = {
  equal: { i32: [0x46], f32: [0x5b] },
  less: { i32: [0x48], f32: [0x5d] },
  atLeast: { i32: [0x4e], f32: [0x60] },
} as const;

/** Single instructions from one operand of type `from` to type `to`. */
export const CONVERSION = {
  f32OfI32: { from: "i32", to: "f32", code: [0xb2] },
  /** truncates, saturating */
  i32OfF32: { from: "f32", to: "i32", code: [0xfc, 0x00] },
  splatF32: { from: "f32", to: "v128", code: [SIMD, 0x13] },
  nearest: { from: "v128", to: "v128", code: [SIMD, 0x6a] },
  /** truncates each lane, saturating */
  i32LanesOfF32: { from: "v128", to: "v128", code: [SIMD, 0xf8, 0x01] },
} as const satisfies Record<string, { from: ValueType; to: ValueType; code: readonly number[] }>;

/** Operations on integer lanes. */
export const LANES = {
  /** eight i16 differences */
  subtractI16: [SIMD, 0x91, 0x01],
  /** products of eight i16 pairs, summed in twos into four i32 */
  dotI16: [SIMD, 0xba, 0x01],
  addI32: [SIMD, 0xae, 0x01],
} as const;

export const EXTRACT_I32_LANE = [SIMD, 0x1b] as const;
export const EXTRACT_F32_LANE = [SIMD, 0x1f] as const;

/** Memory access: instruction, log2 of the natural alignment, type of the value. */
export const LOAD = {
  i32: { code: [0x28], align: 2, type: "i32" },
  f32: { code: [0x2a], align: 2, type: "f32" },
  v128: { code: [SIMD, 0x00], align: 4, type: "v128" },
} as const satisfies Record<string, { code: readonly number[]; align: number; type: ValueType }>;

export const STORE = {
  i32: { code: [0x36], align: 2 },
  f32: { code: [0x38], align: 2 },
  v128: { code: [SIMD, 0x0b], align: 4 },
  /** the low 16 bits of an i32 */
  i16: { code: [0x3b], align: 1 },
} as const;
