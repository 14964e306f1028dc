/** Seeded randomness for everything that must repeat exactly (Gaussian noise of pictures: `stylize/noise.ts`). */

/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * SplitMix32 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014, in its 32-bit form).
 * Integer arithmetic only: the same sequence on every machine.
 *
 * @param seed any number; its lower 32 bits count
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** A draw of the standard normal distribution (Box and Muller 1958). */
export const standardNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Every order equally likely (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
