/** Fairness checks: does one person decide the ranking, does the position on the page? */
import { VARIANTS, type Variant } from "../variant.ts";
import { type Ballot, isComplete, PLACES, POINTS } from "./ballot.ts";
import { pointsOf } from "./scores.ts";

/** Variants from most to fewest points; ties in the order of `VARIANTS`. */
const ranking = (points: readonly number[]): Variant[] =>
  VARIANTS.toSorted((a, b) => points[VARIANTS.indexOf(b)]! - points[VARIANTS.indexOf(a)]!);

export interface Influence {
  readonly voter: string;
  readonly ballots: number;
  /** The ranking without this voter. */
  readonly without: readonly Variant[];
}

/**
 * Voters without whom the ranking would be another one (leave one out). Empty when nobody decides it alone.
 */
export function decisiveVoters(ballots: readonly Ballot[]): Influence[] {
  const complete = ballots.filter(isComplete);
  const sums = new Map<string, { ballots: number; points: number[] }>();
  const total = VARIANTS.map(() => 0);
  for (const ballot of complete) {
    const sum = sums.get(ballot.voter) ?? { ballots: 0, points: VARIANTS.map(() => 0) };
    sum.ballots++;
    pointsOf(ballot).forEach((points, i) => {
      sum.points[i]! += points;
      total[i]! += points;
    });
    sums.set(ballot.voter, sum);
  }
  const all = ranking(total).join();
  return [...sums]
    .map(([voter, sum]) => ({
      voter,
      ballots: sum.ballots,
      without: ranking(total.map((points, i) => points - sum.points[i]!)),
    }))
    .filter(({ without }) => without.join() !== all);
}

export interface PositionBias {
  readonly position: string;
  /** Comparisons that it was drawn in: letters are dealt once for each, to all its voters alike. */
  readonly comparisons: number;
  /** Mean points that the position got, whatever stood there; 2 when there is no bias. */
  readonly mean: number;
  /** Standard errors away from 2. */
  readonly z: number;
}

/**
 * Mean points per position (A, B, C) over blind comparisons, each counted by the mean of its complete ballots. Comparisons,
 * not ballots, are what chance dealt the letters to: twenty people who agree on one pair say nothing about positions. The
 * variance of a comparison's mean is at most that of one rank's points, 2/3, so `z` is rather too small than too large.
 */
export function positionBias(ballots: readonly Ballot[]): PositionBias[] {
  const dealt = new Map<string, Map<string, number[]>>();
  for (const ballot of ballots.filter(isComplete))
    for (const place of PLACES) {
      const position = ballot.positions?.[ballot.places[place]!];
      if (position === undefined) continue;
      const points = dealt.get(position) ?? new Map<string, number[]>();
      dealt.set(position, points);
      const comparison = `${ballot.pair}/${JSON.stringify(VARIANTS.map((variant) => ballot.positions?.[variant]))}`;
      points.set(comparison, [...(points.get(comparison) ?? []), POINTS[place]]);
    }
  return [...dealt]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([position, comparisons]) => {
      const { size } = comparisons;
      const mean = average([...comparisons.values()].map(average));
      return { position, comparisons: size, mean, z: (mean - 2) / Math.sqrt(2 / 3 / size) };
    });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
