/** The score table in words, as `/scores` and `atelier scores` print it: in the language that is spoken. */
import { VARIANTS, type Variant } from "../variant.ts";
import { number, say } from "../words/say.ts";
import { type Ballot, type Category, isComplete } from "./ballot.ts";
import { decisiveVoters, type Influence, type PositionBias, positionBias } from "./influence.ts";
import { PAPER_SCORES } from "./paper.ts";
import {
  FEWEST_VOTERS,
  type RowScores,
  type ScoreOptions,
  scoreTable,
  type ScoreRow,
  type VariantScore,
} from "./scores.ts";
import { countWins, strengths } from "./strengths.ts";

/** As tables in files name the rows. */
export const ROW_LABEL: Readonly<Record<ScoreRow, string>> = {
  overall: "Overall",
  face: "Faces",
  "non-face": "Non-faces",
};

/** Every figure that a set of ballots yields. */
export interface Report {
  readonly table: readonly RowScores[];
  /** Ballots in all, and how many of them rank all three variants. */
  readonly ballots: number;
  readonly complete: number;
  /** Bradley-Terry log strengths from complete and partial ballots, per row. */
  readonly strengths: Readonly<Record<ScoreRow, Readonly<Record<Variant, number>> | null>>;
  readonly decisive: readonly Influence[];
  readonly positions: readonly PositionBias[];
}

/** @param ballots in any order, one per voter and pair (`latestPerPair`) */
export function report(ballots: readonly Ballot[], options: ScoreOptions = {}): Report {
  // Sorted, so that the report is the same whatever order the rows came in.
  const counted = ballots.toSorted((a, b) =>
    a.voter === b.voter ? (a.pair < b.pair ? -1 : 1) : a.voter < b.voter ? -1 : 1,
  );
  const wins = (wanted: Category): number[][] => countWins(counted.filter(({ category }) => category === wanted));
  const [face, other] = [wins("face"), wins("non-face")];
  return {
    table: scoreTable(counted, options),
    ballots: counted.length,
    complete: counted.filter(isComplete).length,
    strengths: {
      overall: strengths(face.map((row, i) => row.map((count, j) => count + other[i]![j]!))),
      face: strengths(face),
      "non-face": strengths(other),
    },
    decisive: decisiveVoters(counted),
    positions: positionBias(counted),
  };
}

/**
 * A fixed-width table: per row ours, with half widths of the intervals where there are any, and the paper's. At most 36
 * columns, which is what a phone shows of a code block without breaking its lines.
 */
export function textTable({ table }: Pick<Report, "table">): string {
  const line = (label: string, values: readonly string[]): string =>
    `${label.padEnd(5)}${values.map((value) => value.padStart(10)).join("")}`;
  const lines = [
    line(
      "",
      VARIANTS.map((variant) => say(`votes.table.column.${variant}`)),
    ),
  ];
  for (const { row, scores } of table) {
    const ours = VARIANTS.map((variant) => (scores ? scoreCell(scores[variant]) : "–"));
    const paper = VARIANTS.map((variant) => number(PAPER_SCORES[row][variant], 3));
    lines.push(say(`votes.row.${row}`), line(say("votes.table.ours"), ours), line(say("votes.table.paper"), paper));
  }
  return lines.join("\n");
}

/** `2.259±.02`; half widths end at 1, as points do at 1 and 3. */
function scoreCell({ mean, interval }: VariantScore): string {
  if (!interval) return number(mean, 3);
  const half = number((interval.high - interval.low) / 2, 2);
  return `${number(mean, 3)}±${half.startsWith("0") ? half.slice(1) : number(1, 1)}`;
}

/** What to keep in mind when reading the table, one sentence each; empty when there is nothing to warn of. */
export function caveats({ table, ballots, complete, decisive, positions }: Report): string[] {
  const said: string[] = [];
  const { voters, undecided } = table.find(({ row }) => row === "overall")!;
  if (complete === 0) return [say("votes.caveat.none-complete")];
  if (ballots > complete) said.push(say("votes.caveat.partial", { complete, ballots }));
  if (voters < FEWEST_VOTERS) said.push(say("votes.caveat.few", { fewest: FEWEST_VOTERS }));
  else if (undecided.length === VARIANTS.length) said.push(say("votes.caveat.undecided"));
  else
    for (const [a, b] of undecided)
      said.push(say("votes.caveat.undecided-two", { a: say(`variant.${a}`), b: say(`variant.${b}`) }));
  // A ranking that is not decided can be turned by anybody: there is nothing to warn of beyond that.
  if (undecided.length < VARIANTS.length) {
    if (decisive.length === 1) said.push(say("votes.caveat.one-decides"));
    else if (decisive.length > 1) said.push(say("votes.caveat.some-decide", { people: decisive.length }));
  }
  for (const { position, mean, z } of positions)
    if (Math.abs(z) > 2.6) said.push(say("votes.caveat.position", { position, mean, even: EVEN_POINTS }));
  return said;
}

/** Of three, two and one. */
const EVEN_POINTS = 2;
