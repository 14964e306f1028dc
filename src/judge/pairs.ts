/** Which contents meet which styles: every content and every style equally often, by a seed. */
import { seededRandom, shuffled } from "../random.ts";

/** A content and a style that are painted together. */
export interface Pair<Picture> {
  readonly content: Picture;
  readonly style: Picture;
}

/**
 * The first `count` pairs of an order of all of them in which no content and no style is ever more than one ahead of
 * another. A larger count of the same seed begins with the pairs of a smaller one.
 *
 * @param count at most `contents.length * styles.length`
 */
export function pickPairs<Picture>(
  contents: readonly Picture[],
  styles: readonly Picture[],
  count: number,
  seed: number,
): Pair<Picture>[] {
  const random = seededRandom(seed);
  const across = shuffled(contents, random);
  const down = shuffled(styles, random);
  // Both walk round their lists at once; where the walk would close, the styles begin one further on.
  const round = (across.length * down.length) / greatestCommonDivisor(across.length, down.length);
  return Array.from({ length: count }, (_, i) => ({
    content: across[i % across.length]!,
    style: down[(i + Math.floor(i / round)) % down.length]!,
  }));
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
