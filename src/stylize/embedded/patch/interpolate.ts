/** Piecewise linear functions, as tables of knots. */

/** Interpolates linearly in a table of rising [argument, value] pairs; beyond its ends the outermost values hold. */
export function interpolate(argument: number, table: readonly (readonly [number, number])[]): number {
  const next = table.findIndex(([knot]) => knot >= argument);
  if (next === 0) return table[0]![1];
  if (next < 0) return table.at(-1)![1];
  const [s0, v0] = table[next - 1]!;
  const [s1, v1] = table[next]!;
  return v0 + ((v1 - v0) * (argument - s0)) / (s1 - s0);
}

/** 0 up to `from`, 1 beyond `to`, a straight line between them. */
export const ramp = (value: number, from: number, to: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));
