/**
 * Seeded Gaussian noise that is the same, bit for bit, on every machine and engine.
 *
 * Words: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), a counter-based generator,
 * so that value `i` depends on the seed, the stream and `i` alone. Normal values: the inverse of the normal
 * distribution function by Wichura's algorithm AS 241 (1988). Only `+ - * /` and `Math.sqrt` are used, which IEEE 754
 * defines exactly; `Math.log` and `Math.cos` may differ between engines in the last place, so the logarithm of the
 * tails is computed here.
 */

/** Every use of randomness in a picture draws from a stream of its own, so that adding one never moves another. */
export const NOISE_STREAM = {
  /** The noise that the content latents are drowned in before the noise is predicted. */
  start: 0,
  contentPosterior: 1,
  stylePosterior: 2,
  /** Stochastic samplers: the noise of step `i` is stream `step + i`. */
  step: 1 << 16,
} as const;

/**
 * `length` independent values of N(0, 1), each a function of (`seed`, `stream`, its index).
 *
 * @param seed unsigned 32-bit integer
 * @param stream unsigned 32-bit integer; see `NOISE_STREAM`
 */
export function gaussianNoise(seed: number, length: number, stream = 0): Float32Array {
  const values = new Float32Array(length);
  const counter = new Uint32Array(4);
  const words = new Uint32Array(4);
  for (let i = 0; i < length; i += 2) {
    counter[0] = i >>> 1;
    counter[2] = stream;
    philox4x32(counter, seed >>> 0, 0, words);
    values[i] = normalFromWords(words[0]!, words[1]!);
    if (i + 1 < length) values[i + 1] = normalFromWords(words[2]!, words[3]!);
  }
  return values;
}

/** `length` independent numbers in [0, 1), multiples of 2^-32; as `gaussianNoise`, each from its seed, stream and index. */
export function uniformNumbers(seed: number, length: number, stream = 0): Float64Array {
  const values = new Float64Array(length);
  const words = new Uint32Array(4);
  for (let i = 0; i < length; i++) {
    if (i % 4 === 0) philox4x32(Uint32Array.of(i >>> 2, 0, stream, 1), seed >>> 0, 0, words);
    values[i] = words[i % 4]! / 2 ** 32;
  }
  return values;
}

/** Ten rounds of Philox4x32: 128 bits of counter and 64 bits of key to 128 random bits, written to `out`. */
export function philox4x32(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let [c0, c1, c2, c3] = counter as unknown as [number, number, number, number];
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0;
}

/** One bit of sign and 52 bits of probability, so that the distribution is symmetric to the last bit. */
function normalFromWords(high: number, low: number): number {
  const fraction = (high & 0x7fffffff) * 2 ** 21 + (low >>> 11);
  const probability = (fraction + 0.5) * 2 ** -53;
  const value = inverseNormalLowerHalf(probability);
  return high >>> 31 === 0 ? value : -value;
}

/**
 * The value below which a standard normal lies with `probability`, 0 < probability <= 0.5 (so the value is <= 0);
 * relative error about 1e-16 (AS 241, PPND16).
 */
export function inverseNormalLowerHalf(probability: number): number {
  const q = probability - 0.5;
  if (q >= -0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(A, r)) / polynomial(B, r);
  }
  const r = Math.sqrt(-naturalLogarithm(probability));
  if (r <= 5) return -polynomial(C, r - 1.6) / polynomial(D, r - 1.6);
  return -polynomial(E, r - 5) / polynomial(F, r - 5);
}

/** ln(x) of a normal positive number from exact scalings and the series of artanh; error below 1e-15 relative. */
function naturalLogarithm(x: number): number {
  let mantissa = x;
  let exponent = 0;
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 25; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * s * sum + exponent * Math.LN2;
}

/** Horner's rule, coefficients from the constant upwards. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

const A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
];
const C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
];
