/** Sums of scaled arrays: all the arithmetic a sampler does on latents. */

/** A factor and the array it multiplies. */
export type Term = readonly [factor: number, values: Float32Array];

/**
 * The sum of the terms, computed in double precision and stored in single.
 *
 * @throws RangeError when the arrays differ in length
 */
export function linear(...terms: readonly Term[]): Float32Array {
  const length = terms[0]![1].length;
  const sum = new Float64Array(length);
  for (const [factor, values] of terms) {
    if (values.length !== length) throw new RangeError(`latents of ${values.length} values, expected ${length}`);
    for (let i = 0; i < length; i++) sum[i]! += factor * values[i]!;
  }
  return Float32Array.from(sum);
}
