/** The report's tables as rows, for spreadsheets. */
import { VARIANTS } from "../../variant.ts";
import { PAPER_SCORES } from "../../votes/paper.ts";
import { csvOf } from "../csv.ts";
import type { StudyReport } from "./study-report.ts";

/** CSV by the names of their files; those that there is something of. */
export function tablesOf({ people, measured, correlations, costs }: StudyReport): Readonly<Record<string, string>> {
  return {
    ...(people?.table && {
      "table-1.csv": csvOf(
        ["row", "variant", "mean", "low", "high", "points", "rankings", "people", "pairs", "paper"],
        people.table.flatMap(({ row, scores, ballots, voters, pairs }) =>
          VARIANTS.map((variant) => ({
            row,
            variant,
            mean: scores?.[variant].mean ?? null,
            low: scores?.[variant].interval?.low ?? null,
            high: scores?.[variant].interval?.high ?? null,
            points: scores?.[variant].points ?? null,
            rankings: ballots,
            people: voters,
            pairs,
            paper: PAPER_SCORES[row][variant],
          })),
        ),
      ),
    }),
    ...(people && {
      "strengths.csv": csvOf(
        ["candidate", "strength", "low", "high", "rankings"],
        people.strengths.map(({ interval, ...each }) => ({
          ...each,
          low: interval?.low ?? null,
          high: interval?.high ?? null,
        })),
      ),
    }),
    ...(measured && {
      "measures.csv": csvOf(
        ["metric", "label", "side", "better", "candidate", "value"],
        measured.rows.flatMap(({ id, label, side, better, values }) =>
          Object.entries(values).map(([candidate, value]) => ({ metric: id, label, side, better, candidate, value })),
        ),
      ),
    }),
    ...(correlations.length > 0 && {
      "agreement.csv": csvOf(
        ["metric", "label", "over", "agrees", "low", "high", "rho", "choices"],
        correlations.map(({ interval, ...each }) => ({
          ...each,
          low: interval?.low ?? null,
          high: interval?.high ?? null,
        })),
      ),
    }),
    "cost.csv": csvOf(["candidate", "engine", "pictures", "seconds", "slowest", "steps", "unetRows"], costs),
  };
}
