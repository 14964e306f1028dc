/** Whether somebody looked at what they ranked: whose answers stand apart, and why. One rule, wherever they are counted. */

/** An answer, as far as the rule looks. */
export interface Answer {
  /** From the first sight of it to the last press; `null` where nobody measured. */
  readonly seconds: number | null;
  /** `none`: it was no check of whether somebody looks. */
  readonly check: "none" | "passed" | "failed";
  /** Unix milliseconds. */
  readonly at: number;
}

/** `check`: took what nobody painted for the best; `pace`: answered faster than anybody can look. */
export type Flag = "check" | "pace";

/** Nobody compares five pictures in less, as the middle of some rankings in a row. */
const FEWEST_SECONDS = 1;
/** So many in a row, or all where there are fewer. */
const ROW = 10;

/** @param answers of one person, at least one */
export function flagsOf(answers: readonly Answer[]): readonly Flag[] {
  return [
    ...(answers.some(({ check }) => check === "failed") ? (["check"] as const) : []),
    ...(hastyRow(answers) ? (["pace"] as const) : []),
  ];
}

/** The hastiest answers in a row, where nobody can have looked at most of them. */
export function hastyRow(answers: readonly Answer[]): { readonly answers: number; readonly seconds: number } | null {
  const times = answers
    .toSorted((a, b) => a.at - b.at)
    .map(({ seconds }) => seconds)
    .filter((seconds) => seconds !== null);
  const length = Math.min(ROW, times.length);
  if (length === 0) return null;
  const rows = times.slice(length - 1).map((_, i) => times.slice(i, i + length).toSorted((a, b) => a - b));
  const hasty = rows.filter((row) => row[Math.floor(length / 2)]! < FEWEST_SECONDS);
  const sums = hasty.map((row) => row.reduce((sum, each) => sum + each, 0));
  return sums.length === 0 ? null : { answers: length, seconds: Math.min(...sums) };
}
