/** Maps between quantiles whose steepness is bounded: partial transport, which neither tears tones apart nor crushes them. */

/** Bounds of the slope of a map: how far contrast may be taken away, and how far amplified. */
export interface SlopeBounds {
  readonly least: number;
  readonly most: number;
}

/**
 * The map from one set of rising quantiles to another with bounded slopes: where its values go, one for each of `from`.
 * The bounded map has the mean of the unbounded one, and stays within the values of both sets.
 */
export function boundedMap(from: Float32Array, to: Float32Array, { least, most }: SlopeBounds): Float32Array {
  const count = from.length;
  const out = new Float32Array(count);
  let drift = to[0]!;
  for (let k = 1; k < count; k++) {
    const gap = from[k]! - from[k - 1]!;
    out[k] = out[k - 1]! + Math.min(most * gap, Math.max(least * gap, to[k]! - to[k - 1]!));
    drift += to[k]! - out[k]!;
  }
  drift /= count;
  const lowest = Math.min(from[0]!, to[0]!);
  const highest = Math.max(from[count - 1]!, to[count - 1]!);
  const span = out[count - 1]!;
  const start = Math.min(Math.max(lowest, drift), Math.max(lowest, highest - span));
  const squeeze = span > highest - lowest ? (highest - lowest) / span : 1;
  return out.map((value) => start + squeeze * value);
}
