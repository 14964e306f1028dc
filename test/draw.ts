/** Everything random in a soak or among faults, from one seed: each who draws has a sequence of their own. */
import { type Random, seededRandom } from "../src/random.ts";

export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

export class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + this.#random() * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  /** @throws RangeError on an empty list */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[this.whole(0, list.length - 1)]!;
  }

  weighted<T>(choices: Weighted<T>): T {
    let left = this.between(
      0,
      choices.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, value] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return choices.at(-1)![1];
  }

  /** A sequence of its own for somebody else. */
  fork(): Draw {
    return new Draw(this.whole(0, 2 ** 31));
  }
}
