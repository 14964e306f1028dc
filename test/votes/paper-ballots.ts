/** Ballots of our own making whose totals are the paper's: 20 people, 8 face and 8 non-face pairs. */
import type { Ballot, Category, Place } from "../../src/votes/ballot.ts";
import { VARIANTS, type Variant } from "../../src/variant.ts";
import { makeBallot } from "./make-ballot.ts";

const PEOPLE = 20;
const PAIRS = 8;
const TOTALS: Record<Category, readonly [number, number, number]> = {
  face: [236, 331, 393],
  "non-face": [244, 392, 324],
};

/** The six rankings, as points in the order of `VARIANTS`. */
const RANKINGS = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
] as const;

/** How often each ranking must occur for the totals; the first solution with every ranking in use. */
function countRankings([a, b]: readonly [number, number, number], votes: number): number[] {
  for (let n2 = 1; n2 < votes; n2++)
    for (let n4 = 1; n4 < votes - n2; n4++)
      for (let n5 = 1; n5 < votes - n2 - n4; n5++)
        for (let n3 = 1; n3 < votes - n2 - n4 - n5; n3++) {
          const rest = votes - n2 - n3 - n4 - n5; // rankings 0 and 1: one point for the first variant
          if (rest + 2 * (n2 + n3) + 3 * (n4 + n5) !== a) continue;
          const n1 = b - 2 * rest - n2 - 3 * n3 - n4 - 2 * n5; // 2 n0 + 3 n1 = 2 rest + n1
          if (n1 > 0 && n1 < rest) return [rest - n1, n1, n2, n3, n4, n5];
        }
  throw new Error("no such ballots");
}

export function paperBallots(): Ballot[] {
  return (["face", "non-face"] as const).flatMap((category) => {
    const counts = countRankings(TOTALS[category], PEOPLE * PAIRS);
    const rankings = counts.flatMap((count, i) => Array.from({ length: count }, () => RANKINGS[i]!));
    return rankings.map((points, i) => ballotOf(points, category, (i * 7) % (PEOPLE * PAIRS)));
  });
}

function ballotOf(points: readonly number[], category: Category, slot: number): Ballot {
  const places: Partial<Record<Place, Variant>> = {};
  points.forEach((value, i) => (places[(4 - value) as Place] = VARIANTS[i]!));
  return makeBallot(places, {
    voter: `voter-${slot % PEOPLE}`,
    pair: `${category}-${Math.floor(slot / PEOPLE)}`,
    guild: "study",
    category,
    engine: "diffusion",
  });
}
