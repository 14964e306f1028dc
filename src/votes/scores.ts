/** The paper's table from ballots: mean 3/2/1 points with intervals. Complete ballots only. */
import { seededRandom } from "../random.ts";
import { VARIANTS, type Variant } from "../variant.ts";
import { type Ballot, type Category, isComplete, PLACES, POINTS } from "./ballot.ts";
import { type Interval, percentiles } from "./bootstrap.ts";

export const SCORE_ROWS = ["overall", "face", "non-face"] as const satisfies readonly (Category | "overall")[];
export type ScoreRow = (typeof SCORE_ROWS)[number];

export interface VariantScore {
  /** Sum of points over ballots, and that sum divided by the number of ballots. */
  readonly points: number;
  readonly mean: number;
  /** 95 % percentile interval, bootstrap clustered by voter; `null` with fewer voters than `FEWEST_VOTERS`. */
  readonly interval: Interval | null;
}

export interface RowScores {
  readonly row: ScoreRow;
  readonly ballots: number;
  /** Of these, cast by the person who asked for the pictures. */
  readonly own: number;
  readonly voters: number;
  readonly pairs: number;
  /** `null` when there is no complete ballot. */
  readonly scores: Readonly<Record<Variant, VariantScore>> | null;
  /** Pairs of variants whose difference the data cannot tell from 0. */
  readonly undecided: readonly (readonly [Variant, Variant])[];
}

export interface ScoreOptions {
  /** Bootstrap resamples; default 1000. */
  readonly resamples?: number;
  /** Seed of the bootstrap, so that the same ballots show the same figures; default 1. */
  readonly seed?: number;
}

/**
 * With fewer voters even a unanimous preference may be chance: five people agree by chance in 1 of 16 cases (sign test, 5 %
 * two-sided), and a bootstrap over so few clusters shows intervals of no width.
 */
export const FEWEST_VOTERS = 6;

const COMPARISONS = VARIANTS.flatMap((a, i) => VARIANTS.slice(i + 1).map((b) => [a, b] as const));

/**
 * One row of the table per category. Pass ballots through `latestPerPair` first.
 *
 * Voters, not ballots, are resampled: the ballots of one person are not independent of each other.
 */
export function scoreTable(ballots: readonly Ballot[], options: ScoreOptions = {}): RowScores[] {
  const complete = ballots.filter(isComplete);
  return SCORE_ROWS.map((row) =>
    scoreRow(row, row === "overall" ? complete : complete.filter(({ category }) => category === row), options),
  );
}

/** Points that a complete ballot gives each variant, in the order of `VARIANTS`. */
export function pointsOf(ballot: Ballot): number[] {
  const points = VARIANTS.map(() => 0);
  for (const place of PLACES) {
    const variant = ballot.places[place];
    if (variant !== undefined) points[VARIANTS.indexOf(variant)]! += POINTS[place];
  }
  return points;
}

function scoreRow(row: ScoreRow, ballots: readonly Ballot[], options: ScoreOptions): RowScores {
  const voters = new Map<string, { count: number; points: number[] }>();
  for (const ballot of ballots) {
    const sum = voters.get(ballot.voter) ?? { count: 0, points: VARIANTS.map(() => 0) };
    sum.count++;
    pointsOf(ballot).forEach((points, i) => (sum.points[i]! += points));
    voters.set(ballot.voter, sum);
  }
  const counts = {
    row,
    ballots: ballots.length,
    own: ballots.filter(({ own }) => own).length,
    voters: voters.size,
    pairs: new Set(ballots.map(({ pair }) => pair)).size,
  };
  if (ballots.length === 0) return { ...counts, scores: null, undecided: COMPARISONS };

  const samples = voters.size < FEWEST_VOTERS ? null : bootstrap([...voters.values()].toSorted(byFigures), options);
  const scores = VARIANTS.map((_, i): VariantScore => {
    const points = [...voters.values()].reduce((sum, voter) => sum + voter.points[i]!, 0);
    const interval = samples && percentiles(samples.map((means) => means[i]!));
    return { points, mean: points / ballots.length, interval };
  });
  const undecided = COMPARISONS.filter(([a, b]) => {
    if (samples === null) return true;
    const { low, high } = differences(samples, a, b);
    return low <= 0 && high >= 0;
  });
  return {
    ...counts,
    scores: Object.fromEntries(VARIANTS.map((variant, i) => [variant, scores[i]!])) as Record<Variant, VariantScore>,
    undecided,
  };
}

/** What one voter has given. */
export interface VoterSum {
  /** Of ballots. */
  readonly count: number;
  /** Points per variant, in the order of `VARIANTS`. */
  readonly points: readonly number[];
}

/** By how much `a` is ahead of `b` in mean points, as the table tells them apart: 95 % interval, clustered by voter. */
export const leadOf = (voters: readonly VoterSum[], a: Variant, b: Variant, options: ScoreOptions = {}): Interval =>
  differences(bootstrap(voters, options), a, b);

function differences(samples: readonly (readonly number[])[], a: Variant, b: Variant): Interval {
  const [i, j] = [VARIANTS.indexOf(a), VARIANTS.indexOf(b)];
  return percentiles(samples.map((means) => means[i]! - means[j]!));
}

/** Voters in an order that does not depend on their names: an export, where they have others, draws the same samples. */
const byFigures = (a: VoterSum, b: VoterSum): number =>
  a.count - b.count || a.points.reduce((found, points, i) => found || points - b.points[i]!, 0);

/** Mean points per variant in each resample of the voters. */
function bootstrap(voters: readonly VoterSum[], { resamples = 1000, seed = 1 }: ScoreOptions): number[][] {
  const random = seededRandom(seed);
  const counts = Float64Array.from(voters, ({ count }) => count);
  const points = VARIANTS.map((_, i) => Float64Array.from(voters, (voter) => voter.points[i]!));
  return Array.from({ length: resamples }, () => {
    const sums = VARIANTS.map(() => 0);
    let count = 0;
    for (let k = 0; k < voters.length; k++) {
      const drawn = Math.floor(random() * voters.length);
      count += counts[drawn]!;
      for (let i = 0; i < sums.length; i++) sums[i]! += points[i]![drawn]!;
    }
    return sums.map((sum) => sum / count);
  });
}
