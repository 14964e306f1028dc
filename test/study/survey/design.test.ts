import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../../src/random.ts";
import { nextBlock, type Shown } from "../../../src/study/survey/design.ts";
import { isCheck, UNTOUCHED } from "../../../src/study/survey/survey.ts";
import { VARIANTS } from "../../../src/variant.ts";

/** What so many people are shown, one after the other. */
function shares(people: number, pairs: number, each: number, seed = 1) {
  const random = seededRandom(seed);
  const shown: Shown[] = [];
  const blocks = Array.from({ length: people }, (_, n) => {
    const block = nextBlock({ pairs, each }, shown, random);
    shown.push(...block.map((showing) => ({ ...showing, userId: String(n) })));
    return block;
  });
  return { blocks, rankings: shown.filter((showing) => !isCheck(showing)) };
}

const timesOf = (keys: readonly (string | number)[], all: readonly (string | number)[]): number[] =>
  all.map((key) => keys.filter((other) => other === key).length);
const spread = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);

describe("what people are shown", () => {
  it("is every pair equally often, whenever one stops counting", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(25),
        (pairs, each, people) => {
          const { rankings } = shares(people, pairs, each);
          const times = timesOf(
            rankings.map(({ pair }) => pair),
            Array.from({ length: pairs }, (_, pair) => pair),
          );
          expect(spread(times)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has each two pairs meet about equally often in one person's share", () => {
    const [pairs, each, people] = [13, 4, 26];
    const { blocks } = shares(people, pairs, each);
    const meetings = blocks.flatMap((block) => {
      const own = block.filter((showing) => !isCheck(showing)).map(({ pair }) => pair);
      return own.flatMap((a) => own.filter((b) => b > a).map((b) => `${a}/${b}`));
    });
    const all = Array.from({ length: pairs }, (_, a) =>
      Array.from({ length: pairs - a - 1 }, (__, i) => `${a}/${a + i + 1}`),
    );
    // A design that is balanced to the last has 2 of each; blocks drawn blindly have from 0 to 6.
    expect(spread(timesOf(meetings, all.flat()))).toBeLessThanOrEqual(3);
  });

  it("has every variant stand equally often in every place, of each pair and overall", () => {
    const { rankings } = shares(60, 5, 3);
    for (let pair = 0; pair < 5; pair++) {
      const orders = rankings.filter((showing) => showing.pair === pair).map(({ order }) => order.join());
      expect(new Set(orders).size).toBe(6);
      expect(spread(timesOf(orders, [...new Set(orders)]))).toBeLessThanOrEqual(1);
    }
    const places = rankings.flatMap(({ order }) => order.map((variant, at) => `${at}/${variant}`));
    expect(spread(timesOf(places, [...new Set(places)]))).toBeLessThanOrEqual(2);
  });

  it("holds checks, never the first, with the content as it was among two variants", () => {
    const { blocks } = shares(20, 40, 16);
    for (const block of blocks) {
      expect(block.map(({ position }) => position)).toEqual([...block.keys()]);
      const checks = block.filter(isCheck);
      expect(checks).toHaveLength(2);
      expect(isCheck(block[0]!)).toBe(false);
      for (const { order } of checks) {
        expect(new Set(order).size).toBe(3);
        expect(order.filter((ranked) => ranked !== UNTOUCHED).every((ranked) => VARIANTS.includes(ranked))).toBe(true);
      }
    }
    expect(shares(1, 2, 12).blocks[0]!.filter((showing) => !isCheck(showing))).toHaveLength(2);
  });
});
