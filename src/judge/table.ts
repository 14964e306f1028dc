/** Figures of many pictures as one table: means, the worst, and which side is better how often. */
import { MEASURES, type Better, type Measured, type MeasureName } from "./measures/index.ts";

/** One measure over all pictures of a side. */
interface Summary {
  /** Pictures that have it. */
  readonly count: number;
  readonly mean: number;
  /** Mean of the worst twentieth, at least one picture; of the highest where no value is better than another. */
  readonly worst: number;
}

/** One measure of one side or of two. */
export interface Row {
  readonly measure: MeasureName;
  readonly label: string;
  readonly better: Better;
  /** By side; `null` where no picture has it. */
  readonly sides: readonly (Summary | null)[];
  /** Share of the pairs in which a side is the better one, by side; `null` with one side, or where only a person can say. */
  readonly wins: readonly number[] | null;
}

const WORST = 0.05;

/** @param sides for each side its pictures, pair by pair */
export function tableOf(sides: readonly (readonly Measured[])[]): Row[] {
  return (Object.keys(MEASURES) as MeasureName[]).map((measure) => {
    const { label, better } = MEASURES[measure];
    const values = sides.map((pictures) => pictures.map((picture) => picture[measure]));
    return {
      measure,
      label,
      better,
      sides: values.map((list) =>
        summaryOf(
          list.filter((value) => value !== null),
          better,
        ),
      ),
      wins: winsOf(values, better),
    };
  });
}

/** How bad a value is: the higher the worse. */
const BADNESS: Readonly<Record<Better, (value: number) => number>> = {
  lower: (value) => value,
  higher: (value) => -value,
  "near one": (value) => Math.abs(Math.log(Math.max(1e-3, value))),
  none: (value) => value,
};

function summaryOf(values: readonly number[], better: Better): Summary | null {
  if (values.length === 0) return null;
  const worst = values
    .toSorted((a, b) => BADNESS[better](b) - BADNESS[better](a))
    .slice(0, Math.max(1, Math.round(WORST * values.length)));
  return { count: values.length, mean: meanOf(values), worst: meanOf(worst) };
}

function winsOf([first, second]: readonly (readonly (number | null)[])[], better: Better): number[] | null {
  if (!first || !second || better === "none") return null;
  const bad = BADNESS[better];
  const both = first.flatMap((a, i) => (a === null || second[i] == null ? [] : [[bad(a), bad(second[i])] as const]));
  if (both.length === 0) return null;
  const share = (is: (a: number, b: number) => boolean): number =>
    both.filter(([a, b]) => is(a, b)).length / both.length;
  return [share((a, b) => a < b), share((a, b) => b < a)];
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
