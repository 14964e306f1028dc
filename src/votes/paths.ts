/** What people prefer of style paths: how often each was liked better than another on the same pair. */
import { STYLE_PATHS, type UsedStylePath } from "../painting.ts";
import { type Ballot, preferences } from "./ballot.ts";

export type PathBallot = Ballot<UsedStylePath>;

export interface PathScore {
  readonly path: UsedStylePath;
  /** Of how many judgements "this one rather than that" it was the better. */
  readonly won: number;
  readonly of: number;
}

/** One ballot per voter, pair and set of paths: the latest, as another set says something else. */
export function latestPathBallots(ballots: readonly PathBallot[]): PathBallot[] {
  const counted = new Map<string, PathBallot>();
  for (const ballot of ballots) {
    const key = [ballot.voter, ballot.pair, ...ballot.shown.toSorted()].join("\n");
    const other = counted.get(key);
    if (!other || ballot.at > other.at || (ballot.at === other.at && ballot.guild > other.guild))
      counted.set(key, ballot);
  }
  return [...counted.values()];
}

/** Every path that was judged against another, by the share that it won. @param ballots `latestPathBallots` */
export function pathScores(ballots: readonly PathBallot[]): PathScore[] {
  const judged = ballots.flatMap((ballot) => preferences(ballot, true));
  return STYLE_PATHS.filter((path) => path !== "auto")
    .map((path) => ({
      path,
      won: judged.filter(({ winner }) => winner === path).length,
      of: judged.filter(({ winner, loser }) => winner === path || loser === path).length,
    }))
    .filter(({ of }) => of > 0)
    .toSorted((a, b) => b.won / b.of - a.won / a.of);
}
