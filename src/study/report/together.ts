/** People and measures held against each other: how often a measure says what people say, and where they differ most. */
import { groupBy } from "../../group-by.ts";
import { seededRandom } from "../../random.ts";
import { type Interval, percentiles, resampled } from "../../votes/bootstrap.ts";
import { correlation, ranksOf } from "../../votes/rank-correlation.ts";
import { goodness, type MetricRow, type PictureScores } from "./measured.ts";
import { mean, type Strength } from "./people.ts";
import type { Ranking } from "./rankings.ts";

export interface Correlation {
  readonly metric: string;
  readonly label: string;
  /** What was compared: pictures of one pair with each other, or candidates as a whole. */
  readonly over: "pictures" | "candidates";
  /** Spearman's, of ranks within each pair, from -1 to 1; `null` where nothing varies. */
  readonly rho: number | null;
  /** Of the choices between two that people made, the share that the metric makes as well; 0.5 is chance. */
  readonly agrees: number;
  /** Of that share: 95 %, clustered by pair; `null` with too few of them. */
  readonly interval: Interval | null;
  /** Choices between two. */
  readonly choices: number;
}

export interface Disagreement {
  readonly round: string;
  /** Best first, of those that people ranked. */
  readonly people: readonly { readonly candidate: string; readonly points: number }[];
  /** The same by the measures: the mean of their places, from 0 for the last to 1 for the first. */
  readonly measures: readonly { readonly candidate: string; readonly points: number }[];
  readonly rankings: number;
  readonly score: number;
}

/** Fewer pairs are no sample. */
const FEWEST_ROUNDS = 6;
const RESAMPLES = 500;
const SEED = 1;
/** A person alone counts for a third of many: so many are thought to have been undecided besides. */
const DOUBT = 2;

/** How people's places and a metric's go together, one round. */
interface Met {
  readonly people: readonly number[];
  readonly metric: readonly number[];
}

/** Every metric, by how often it says what people say. @param rows for those that have one value for all pictures */
export function correlationsOf(
  rankings: readonly Ranking[],
  scores: PictureScores,
  rows: readonly MetricRow[],
  strengths: readonly Strength[],
): Correlation[] {
  const rounds = roundsOf(rankings);
  const ofPictures = scores.metrics.flatMap(({ id, label }): Correlation[] => {
    const met = rounds.flatMap(({ round, points }): Met[] => {
      const known = points.flatMap(({ candidate, points: own }) => {
        const value = scores.get(id, round, candidate);
        return value === null ? [] : [{ own, value }];
      });
      return known.length < 2 ? [] : [{ people: known.map(({ own }) => own), metric: known.map(({ value }) => value) }];
    });
    return correlated(met).map((found) => ({ metric: id, label, over: "pictures", ...found }));
  });
  const ofCandidates = rows
    .filter(({ of }) => of === "set")
    .flatMap((row): Correlation[] => {
      const known = strengths.filter(({ candidate }) => row.values[candidate] != null);
      const met = {
        people: known.map(({ strength }) => strength),
        metric: known.map(({ candidate }) => goodness(row, row.values[candidate]!)),
      };
      return correlated([met]).map((found) => ({ metric: row.id, label: row.label, over: "candidates", ...found }));
    });
  return [...ofPictures, ...ofCandidates].toSorted((a, b) => b.agrees - a.agrees);
}

/** One, or none where people made no choice. */
function correlated(met: readonly Met[]): Pick<Correlation, "rho" | "agrees" | "interval" | "choices">[] {
  const counts = met.map(choicesOf).filter(({ all }) => all > 0);
  if (counts.length === 0) return [];
  const share = (drawn: typeof counts): number => {
    const sum = (key: "same" | "all"): number => drawn.reduce((total, each) => total + each[key], 0);
    return sum("same") / sum("all");
  };
  const samples = counts.length < FEWEST_ROUNDS ? null : resampled(counts, RESAMPLES, seededRandom(SEED)).map(share);
  const places = (values: readonly number[]): number[] =>
    ranksOf(values).map((rank) => (rank - 1) / (values.length - 1));
  return [
    {
      rho: correlation(
        met.flatMap(({ people }) => places(people)),
        met.flatMap(({ metric }) => places(metric)),
      ),
      agrees: share(counts),
      interval: samples && percentiles(samples),
      choices: counts.reduce((sum, { all }) => sum + all, 0),
    },
  ];
}

/** Choices between two that people made, and how many the metric makes as well; one that it does not make is half. */
function choicesOf({ people, metric }: Met): { readonly same: number; readonly all: number } {
  let [same, all] = [0, 0];
  for (let i = 0; i < people.length; i++)
    for (let j = i + 1; j < people.length; j++) {
      const [ours, theirs] = [Math.sign(people[i]! - people[j]!), Math.sign(metric[i]! - metric[j]!)];
      if (ours === 0) continue;
      all++;
      same += theirs === 0 ? 0.5 : Number(ours === theirs);
    }
  return { same, all };
}

/**
 * Pairs by how far people and measures are apart. For each two pictures of a pair, by how many more people the one was
 * preferred than the other, as a share, times by how many more metrics it was not; their mean is the score.
 */
export function disagreementsOf(rankings: readonly Ranking[], scores: PictureScores, most: number): Disagreement[] {
  return roundsOf(rankings)
    .flatMap(({ round, points, orders }): Disagreement[] => {
      const measured = points.map(({ candidate }) => ({
        candidate,
        values: scores.metrics.map(({ id }) => scores.get(id, round, candidate)),
      }));
      let [sum, count] = [0, 0];
      for (let i = 0; i < points.length; i++)
        for (let j = i + 1; j < points.length; j++) {
          const [a, b] = [measured[i]!, measured[j]!];
          const metrics = a.values.flatMap((value, k) => {
            const other = b.values[k];
            return value === null || other == null ? [] : [Math.sign(value - other)];
          });
          const people = orders
            .filter((order) => order.includes(a.candidate) && order.includes(b.candidate))
            .map((order) => Math.sign(order.indexOf(b.candidate) - order.indexOf(a.candidate)));
          if (metrics.length === 0 || people.length === 0) continue;
          sum -= mean(people)! * mean(metrics)! * (people.length / (people.length + DOUBT));
          count++;
        }
      if (count === 0 || sum <= 0) return [];
      const byMeasures = measured.map(({ candidate, values }) => ({
        candidate,
        points: mean(
          values.flatMap(
            (value, k) =>
              placeAmong(
                value,
                measured.map((other) => other.values[k]!),
              ) ?? [],
          ),
        )!,
      }));
      return [
        {
          round,
          people: points.toSorted((a, b) => b.points - a.points),
          measures: byMeasures.toSorted((a, b) => b.points - a.points),
          rankings: orders.length,
          score: sum / count,
        },
      ];
    })
    .toSorted((a, b) => b.score - a.score)
    .slice(0, most);
}

/** Share of the others that a value is better than, from 0 to 1. */
function placeAmong(value: number | null, all: readonly (number | null)[]): number | null {
  const known = all.filter((other) => other !== null);
  if (value === null || known.length < 2) return null;
  return (ranksOf(known)[known.indexOf(value)]! - 1) / (known.length - 1);
}

export interface Round {
  readonly round: string;
  readonly orders: readonly (readonly string[])[];
  /** Of each candidate that was ranked, the mean of its places, from 0 for the last to 1 for the first. */
  readonly points: readonly { readonly candidate: string; readonly points: number }[];
}

/** What was said of each pair. */
export function roundsOf(rankings: readonly Ranking[]): Round[] {
  return [...groupBy(rankings, ({ round }) => round)].map(([round, same]) => {
    const places = same.flatMap(({ order }) =>
      order.map((candidate, i) => ({ candidate, points: 1 - i / (order.length - 1) })),
    );
    const points = [...groupBy(places, ({ candidate }) => candidate)].map(([candidate, all]) => ({
      candidate,
      points: mean(all.map((each) => each.points))!,
    }));
    return { round, orders: same.map(({ order }) => order), points };
  });
}
