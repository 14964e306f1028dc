/** What people answered in a survey as a file of the study's own kind, which `atelier study report` reads. */
import { dayOf, hiddenId } from "../../votes/export.ts";
import { ballotsFile, type StudyBallot } from "../study-ballots.ts";
import { rankingsHash } from "./standing.ts";
import { answerOf, type Ranking, type Survey, type SurveyPair, UNTOUCHED } from "./survey.ts";

/** The untouched content among a study's candidates. */
const CONTENT = "control-content";

/**
 * All answers, checks and people who stand apart among them. Of a person it has an id that only the salt leads to, of a
 * moment the day, and which of that person's answers came first.
 */
export function answersFile(
  { id }: Pick<Survey, "id">,
  pairs: readonly SurveyPair[],
  rankings: readonly Ranking[],
  salt: string,
): string {
  const idOf = (ranked: Ranking["order"][number]): string => (ranked === UNTOUCHED ? CONTENT : ranked);
  const ballots = rankings.flatMap((ranking): StudyBallot[] => {
    const pair = pairs[ranking.pair];
    if (!pair) return [];
    return [
      {
        person: hiddenId(salt, "voter", ranking.userId),
        content: pair.content.name,
        style: pair.style.name,
        // Of several seeds people are shown the first.
        seed: null,
        shown: ranking.order.map(idOf),
        ranking: ranking.ranking.map(idOf),
        ...answerOf(ranking),
        seconds: ranking.seconds,
        at: dayOf(ranking.at) + ranking.position,
      },
    ];
  });
  // In an order of their own: that of the rows as they were recorded would tell more than the day.
  const key = ({ person, at }: StudyBallot): string => `${person}/${String(at).padStart(16, "0")}`;
  const answers = { survey: id, hash: rankingsHash(rankings) };
  return ballotsFile(
    ballots.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    answers,
  );
}
