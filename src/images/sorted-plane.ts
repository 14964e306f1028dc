/** Values of planes in order, by sorting their bits (radix sort): several times faster than comparing them. */
import type { Plane } from "./plane.ts";

/** Digits of the keys: the last first, the sign with the first. */
const DIGIT_BITS = 11;
const DIGITS = [0, DIGIT_BITS, 2 * DIGIT_BITS] as const;
const DIGIT_MASK = (1 << DIGIT_BITS) - 1;
const SIGN = 1 << 31;

/** Sorts as the numbers do whose bits it is made of, once its sign is turned round; and makes these of it again. */
const keyOf = (bits: number): number => bits ^ ((bits >> 31) & ~SIGN);

/** A rising copy. No value may be NaN. */
export function sortedPlane(plane: Plane): Plane {
  const { keys } = inOrder(plane, false);
  for (let i = 0; i < keys.length; i++) keys[i] = keyOf(keys[i]!);
  return new Float32Array(keys.buffer);
}

/** For each place, how many values of the plane are smaller than its own. No value may be NaN. */
export function countsOfSmaller(plane: Plane): Int32Array {
  const { keys, places } = inOrder(plane, true);
  const counts = new Int32Array(plane.length);
  for (let i = 0, smaller = 0; i < keys.length; i++) {
    if (i > 0 && keys[i] !== keys[i - 1]) smaller = i;
    counts[places[i]!] = smaller;
  }
  return counts;
}

/** Keys of the values in order, and where each comes from if that is asked for. */
function inOrder(plane: Plane, withPlaces: boolean): { readonly keys: Int32Array; readonly places: Int32Array } {
  const { length } = plane;
  const values = new Float32Array(length);
  // 0 and -0 are equal, and their sum is 0
  for (let i = 0; i < length; i++) values[i] = plane[i]! + 0;
  let keys = new Int32Array(values.buffer);
  let sorted = new Int32Array(length);
  let places = new Int32Array(withPlaces ? length : 0);
  let sortedPlaces = new Int32Array(places.length);
  for (let i = 0; i < length; i++) keys[i] = keyOf(keys[i]!);
  for (let i = 0; i < places.length; i++) places[i] = i;
  for (const shift of DIGITS) {
    const next = startsOf(keys, shift);
    for (let i = 0; i < length; i++) {
      const key = keys[i]!;
      const to = next[((key ^ SIGN) >>> shift) & DIGIT_MASK]!++;
      sorted[to] = key;
      if (withPlaces) sortedPlaces[to] = places[i]!;
    }
    [keys, sorted] = [sorted, keys];
    [places, sortedPlaces] = [sortedPlaces, places];
  }
  return { keys, places };
}

/** Where the keys with each value of a digit begin when they are in the order of that digit. */
function startsOf(keys: Int32Array, shift: number): Int32Array {
  const starts = new Int32Array(DIGIT_MASK + 1);
  for (let i = 0; i < keys.length; i++) starts[((keys[i]! ^ SIGN) >>> shift) & DIGIT_MASK]! += 1;
  for (let value = 0, start = 0; value < starts.length; value++) {
    const count = starts[value]!;
    starts[value] = start;
    start += count;
  }
  return starts;
}
