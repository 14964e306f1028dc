/** IEEE 754 half precision to and from single precision (Node has no Float16Array before 24). */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Rounds to nearest even; overflows to infinity, underflows through subnormals to zero. */
export function toFloat16(source: Float32Array): Uint16Array {
  const halves = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    FLOAT[0] = source[i]!;
    halves[i] = halfFromBits(BITS[0]!);
  }
  return halves;
}

/** Exact: every half is a single. */
export function fromFloat16(source: Uint16Array): Float32Array {
  const singles = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const half = source[i]!;
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) singles[i] = sign * fraction * 2 ** -24;
    else if (exponent === 31) singles[i] = fraction === 0 ? sign * Infinity : NaN;
    else singles[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return singles;
}

function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const unbiased = exponent - 127 + 15;
  if (unbiased >= 31) return sign | 0x7c00;
  if (unbiased >= 1) return sign | roundShift((unbiased << 23) | fraction, 13);
  if (unbiased < -10) return sign;
  return sign | roundShift(fraction | 0x800000, 14 - unbiased);
}

/** `value >> shift`, rounded to nearest, ties to even. A carry runs into the exponent, which is what is wanted. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
