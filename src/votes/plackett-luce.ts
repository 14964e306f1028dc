/** Strengths from rankings of any length: the Plackett-Luce model, fitted by minorisation-maximisation. */

/** Those who were ranked, best first, by their places in a list; and how often. */
export interface WeightedOrder {
  readonly order: readonly number[];
  readonly weight: number;
}

const MOST_ROUNDS = 10_000;
/** Of a log strength, in one round. */
const SETTLED = 1e-10;

/**
 * Maximum-likelihood log strengths of the Plackett-Luce model, in which the first of a ranking is drawn with a chance
 * proportional to exp(strength), the second so among those left, and so on; centred on 0 (Hunter, "MM algorithms for
 * generalized Bradley-Terry models", Annals of Statistics 2004, equation 30). Rankings of two make it the Bradley-Terry
 * model. Of anybody who is never ranked, nothing is known: 0.
 *
 * @param size how many there are to be ranked
 * @param from log strengths that the fit begins with, where some are known that are near
 * @param settled the largest change of a log strength, in one round, that ends the fit
 */
export function plackettLuce(
  orders: readonly WeightedOrder[],
  size: number,
  { from, settled = SETTLED }: { readonly from?: readonly number[]; readonly settled?: number } = {},
): number[] {
  const indices = Array.from({ length: size }, (_, i) => i);
  // How often each was taken from a choice; who is last of a ranking was not.
  const taken = new Float64Array(size);
  for (const { order, weight } of orders) for (const i of order.slice(0, -1)) taken[i]! += weight;
  let strength = Float64Array.from(indices, (i) => Math.exp(from?.[i] ?? 0));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const chances = chancesIn(orders, strength);
    const next = strength.map((value, i) => (chances[i]! > 0 ? taken[i]! / chances[i]! : value));
    const mean = Math.exp(next.reduce((sum, value) => sum + Math.log(value), 0) / size);
    const scaled = next.map((value) => value / mean);
    const change = Math.max(...indices.map((i) => Math.abs(Math.log(scaled[i]! / strength[i]!))));
    strength = scaled;
    if (change < settled) break;
  }
  return Array.from(strength, Math.log);
}

/** For each, over all choices that it was part of, one over the strength of that choice. */
function chancesIn(orders: readonly WeightedOrder[], strength: Float64Array): Float64Array {
  const sums = new Float64Array(strength.length);
  for (const { order, weight } of orders) {
    let left = 0;
    for (const i of order) left += strength[i]!;
    let sum = 0;
    for (const [place, i] of order.entries()) {
      // The last is no choice; it was part of all that came before.
      if (place < order.length - 1) sum += weight / left;
      sums[i]! += sum;
      left -= strength[i]!;
    }
  }
  return sums;
}
