/** The best and the worst pairs of each candidate: as people have it, or where nobody ranked it, as the measures do. */
import { ranksOf } from "../../votes/rank-correlation.ts";
import type { PictureScores } from "./measured.ts";
import { mean } from "./people.ts";
import { roundsOf } from "./together.ts";
import type { Ranking } from "./rankings.ts";

export interface Extremes {
  readonly candidate: string;
  readonly by: "people" | "measures";
  readonly best: readonly Standing[];
  readonly worst: readonly Standing[];
}

interface Standing {
  readonly round: string;
  /** From 0 to 1: the mean of people's places among the candidates, or of the measures' among the candidate's pairs. */
  readonly points: number;
}

/** Fewer pairs have no best and worst. */
const FEWEST_ROUNDS = 2;

/** @param most of each end */
export function extremesOf(
  candidates: readonly string[],
  rounds: readonly string[],
  rankings: readonly Ranking[],
  scores: PictureScores | null,
  most: number,
): Extremes[] {
  const said = roundsOf(rankings);
  return candidates.flatMap((candidate): Extremes[] => {
    const byPeople = said.flatMap(({ round, points }) => {
      const own = points.find((each) => each.candidate === candidate);
      return own ? [{ round, points: own.points }] : [];
    });
    const by = byPeople.length >= FEWEST_ROUNDS ? "people" : "measures";
    const standings = by === "people" ? byPeople : scores ? standingsBy(scores, rounds, candidate) : [];
    if (standings.length < FEWEST_ROUNDS) return [];
    const sorted = standings.toSorted((a, b) => b.points - a.points);
    const each = Math.min(most, Math.floor(sorted.length / 2));
    return [{ candidate, by, best: sorted.slice(0, each), worst: sorted.slice(-each).toReversed() }];
  });
}

/** Content side, style side and both count alike, however many metrics each has. */
function standingsBy(scores: PictureScores, rounds: readonly string[], candidate: string): Standing[] {
  const sides = (["content", "style", "both"] as const)
    .map((side) => scores.metrics.filter((metric) => metric.side === side))
    .filter(({ length }) => length > 0)
    .map((metrics) =>
      metrics.map(({ id }) => placesOf(rounds.map((round) => [round, scores.get(id, round, candidate)]))),
    );
  return rounds.flatMap((round) => {
    const ofSides = sides.map((metrics) => mean(metrics.flatMap((places) => places.get(round) ?? [])));
    const points = mean(ofSides.filter((each) => each !== null));
    return points === null ? [] : [{ round, points }];
  });
}

function placesOf(values: readonly (readonly [round: string, value: number | null])[]): Map<string, number> {
  const known = values.filter((each): each is readonly [string, number] => each[1] !== null);
  if (known.length < 2) return new Map();
  const ranks = ranksOf(known.map(([, value]) => value));
  return new Map(known.map(([round], i) => [round, (ranks[i]! - 1) / (known.length - 1)]));
}
