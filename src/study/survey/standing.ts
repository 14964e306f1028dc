/** What the rankings of a survey come to so far: ballots that count, people whose do not, and why. */
import { createHash } from "node:crypto";

import { groupBy } from "../../group-by.ts";
import { VARIANTS, type Variant } from "../../variant.ts";
import { type Ballot, PLACES } from "../../votes/ballot.ts";
import { LETTERS } from "../../votes/comparison.ts";
import { scoreTable } from "../../votes/scores.ts";
import { type Flag, flagsOf } from "../flags.ts";
import { answerOf, isCheck, type Ranking, type Survey, type SurveyPair, UNTOUCHED } from "./survey.ts";

export interface Standing {
  /** Of people without a flag. */
  readonly ballots: readonly Ballot[];
  readonly people: number;
  /** Of these, by what was found. */
  readonly flagged: ReadonlyMap<string, readonly Flag[]>;
}

export function standingOf(
  { id, guildId }: Pick<Survey, "id" | "guildId">,
  pairs: readonly SurveyPair[],
  rankings: readonly Ranking[],
): Standing {
  const byPerson = groupBy(rankings, ({ userId }) => userId);
  const flagged = new Map<string, readonly Flag[]>();
  for (const [userId, own] of byPerson) {
    const flags = flagsOf(own.map(answerOf));
    if (flags.length > 0) flagged.set(userId, flags);
  }
  const ballots = rankings
    .filter((ranking) => !isCheck(ranking) && !flagged.has(ranking.userId))
    .map((ranking): Ballot => {
      const { userId, pair, order, at } = ranking;
      const [shown, best] = [order.filter(isVariant), ranking.ranking.filter(isVariant)];
      return {
        voter: userId,
        pair: `${id}/${pair}`,
        guild: guildId,
        category: pairs[pair]?.face ? "face" : "non-face",
        engine: "study",
        own: false,
        at,
        shown,
        results: shown.length,
        places: Object.fromEntries(PLACES.map((place, i) => [place, best[i]])) as Ballot["places"],
        positions: Object.fromEntries(shown.map((variant, i) => [variant, LETTERS[i]])) as Ballot["positions"],
      };
    });
  return { ballots, people: byPerson.size, flagged };
}

/** Of the 95 % intervals of the three means, points; `null` while there are too few people for one. */
export function widestInterval({ ballots }: Pick<Standing, "ballots">): number | null {
  const scores = scoreTable(ballots)[0]!.scores;
  if (scores === null) return null;
  const widths = VARIANTS.map((variant) => scores[variant].interval).map(
    (interval) => interval && interval.high - interval.low,
  );
  return widths.some((width) => width === null) ? null : Math.max(...widths.map(Number));
}

/** Of what was answered: another as soon as an answer is added or taken back. */
export const rankingsHash = (rankings: readonly Ranking[]): string =>
  createHash("sha256")
    .update(
      JSON.stringify(
        rankings.map(({ userId, position, ranking }) => `${userId}/${position}/${ranking.join()}`).toSorted(),
      ),
    )
    .digest("hex");

const isVariant = (ranked: Ranking["order"][number]): ranked is Variant => ranked !== UNTOUCHED;
