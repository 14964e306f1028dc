/** Rankings as the report counts them, wherever they come from; and people who cannot have looked, told apart. */
import { UserError } from "../../errors.ts";
import { groupBy } from "../../group-by.ts";
import { type Ballot, type Category, isComplete, PLACES } from "../../votes/ballot.ts";
import { type Answer, type Flag, flagsOf, hastyRow } from "../flags.ts";
import type { StudyBallot } from "../study-ballots.ts";
import type { Manifest } from "../manifest.ts";

/** What one person said of one pair. */
export interface Ranking extends Answer {
  readonly person: string;
  /** The same for all rankings of the same pictures. */
  readonly round: string;
  readonly category: Category;
  /** Candidates, the best first. */
  readonly order: readonly string[];
  /** The same in the order in which they stood; `null` where that is not known. */
  readonly shown: readonly string[] | null;
}

/** Somebody whose rankings stand apart. */
interface Flagged {
  /** From 1; ids are not told. */
  readonly person: number;
  readonly rankings: number;
  readonly why: string;
}

export interface Said {
  /** Those that count: one of a person and a pair, without checks and without people who are flagged. */
  readonly counted: readonly Ranking[];
  /** Those of flagged people. */
  readonly apart: readonly Ranking[];
  readonly flagged: readonly Flagged[];
  readonly checks: { readonly passed: number; readonly failed: number };
  /** Ballots that name pictures which the study does not have, or rank too few. */
  readonly strangers: number;
}

/** Names of the pictures that a ballot is about. */
export const roundOf = ({ content, style }: Pick<StudyBallot, "content" | "style">, seed: number): string =>
  JSON.stringify([content, style, seed]);

/** A study's own ballots. */
export function studyRankings(
  ballots: readonly StudyBallot[],
  { contents, pictures, seeds }: Pick<Manifest, "contents" | "pictures" | "seeds">,
): { readonly rankings: Ranking[]; readonly strangers: number } {
  const faces = new Map(contents.map(({ name, face }) => [name, face]));
  const there = new Set(
    pictures.flatMap((each) =>
      (each.seed === null ? seeds : [each.seed]).map((seed) => `${roundOf(each, seed)} ${each.candidate}`),
    ),
  );
  const rankings = ballots.flatMap((ballot): Ranking[] => {
    const { person, content, ranking: order, shown, seconds, check, at } = ballot;
    const round = roundOf(ballot, ballot.seed ?? seeds[0]!);
    if (check === "none" && order.some((candidate) => !there.has(`${round} ${candidate}`))) return [];
    const category = faces.get(content) ? "face" : "non-face";
    return [{ person, round, category, order, shown, seconds, check, at }];
  });
  return { rankings, strangers: ballots.length - rankings.length };
}

/** Complete ballots of `/scores export`: which pictures they are about is hidden there. */
export function exportedRankings(ballots: readonly Ballot[]): {
  readonly rankings: Ranking[];
  readonly strangers: number;
} {
  const rankings = ballots.filter(isComplete).map((ballot): Ranking => {
    const order = PLACES.map((place) => ballot.places[place]!);
    const letter = (candidate: (typeof order)[number]): string => ballot.positions?.[candidate] ?? "";
    return {
      person: ballot.voter,
      round: ballot.pair,
      category: ballot.category,
      order,
      shown: ballot.positions && order.toSorted((a, b) => (letter(a) < letter(b) ? -1 : 1)),
      seconds: null,
      check: "none",
      at: ballot.at,
    };
  });
  return { rankings, strangers: ballots.length - rankings.length };
}

/** @throws UserError where there is nothing to count */
export function saidBy({
  rankings,
  strangers,
}: {
  readonly rankings: readonly Ranking[];
  readonly strangers: number;
}): Said {
  if (rankings.length === 0 && strangers > 0)
    throw new UserError(
      "ballots-of-another-study",
      `None of the ${strangers} ballots ranks pictures of this study. Are they another study's?`,
    );
  const people = [...groupBy(rankings, ({ person }) => person)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const counted: Ranking[] = [];
  const apart: Ranking[] = [];
  const flagged: Flagged[] = [];
  for (const [i, [, all]] of people.entries()) {
    const own = latestOfEach(all.filter(({ check }) => check === "none"));
    const why = whyApart(all);
    if (why === null) counted.push(...own);
    else {
      apart.push(...own);
      flagged.push({ person: i + 1, rankings: own.length, why });
    }
  }
  const checked = (how: Ranking["check"]): number => rankings.filter(({ check }) => check === how).length;
  return { counted, apart, flagged, checks: { passed: checked("passed"), failed: checked("failed") }, strangers };
}

/** Why somebody's rankings stand apart; `null`: they count. */
function whyApart(all: readonly Ranking[]): string | null {
  const checks = all.filter(({ check }) => check !== "none");
  const hasty = hastyRow(all);
  const why: Readonly<Record<Flag, string>> = {
    check: `missed ${checks.filter(({ check }) => check === "failed").length} of ${checks.length} attention checks`,
    pace: hasty ? `ranked ${hasty.answers} pairs in ${inSeconds(hasty.seconds)}` : "",
  };
  const flags = flagsOf(all);
  return flags.length === 0 ? null : flags.map((flag) => why[flag]).join(", ");
}

const inSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} seconds`;

/** Of a person, the latest of each pair. */
const latestOfEach = (rankings: readonly Ranking[]): Ranking[] =>
  [...groupBy(rankings, ({ round }) => round).values()].map((same) => same.toSorted((a, b) => a.at - b.at).at(-1)!);
