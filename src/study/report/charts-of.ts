/** The report's charts: what each shows, for the page and for pictures of their own. */
import { VARIANT_LABEL, VARIANTS } from "../../variant.ts";
import { PAPER_SCORES } from "../../votes/paper.ts";
import { ROW_LABEL } from "../../votes/report.ts";
import { type DotChart, ticksAround } from "./dot-chart.ts";
import type { StudyReport } from "./study-report.ts";

/** Stay apart on light and dark, and for colour-blind readers (Okabe and Ito 2008). */
const COLOURS = ["#D98E04", "#2F93D1", "#C2679A", "#009E73", "#D55E00", "#7A6FD0"];
const CONTROL_COLOUR = "#8c8880";

const colourOf = ({ candidates }: Pick<StudyReport, "candidates">, id: string): string => {
  const own = candidates.filter(({ isControl }) => !isControl).findIndex((each) => each.id === id);
  return own < 0 ? CONTROL_COLOUR : COLOURS[own % COLOURS.length]!;
};

export const labelOf = ({ candidates }: Pick<StudyReport, "candidates">, id: string): string =>
  candidates.find((each) => each.id === id)?.label ?? id;

/** Those that there is something to draw of, by the names of their files. */
export function chartsOf(
  report: StudyReport,
): Readonly<Partial<Record<"table-1" | "strengths" | "agreement", DotChart>>> {
  const { people, correlations } = report;
  return {
    ...(people?.table && { "table-1": tableChart(report, people.table) }),
    ...(people && people.strengths.length > 0 && { strengths: strengthsChart(report, people.strengths) }),
    ...(correlations.length > 0 && { agreement: correlationsChart(correlations) }),
  };
}

const tableChart = (
  report: StudyReport,
  table: NonNullable<NonNullable<StudyReport["people"]>["table"]>,
): DotChart => ({
  title: "Mean points of each variant, with intervals, beside the paper's",
  groups: table.map(({ row, scores, ballots }) => ({
    heading: `${ROW_LABEL[row]}, ${ballots} rankings`,
    rows: VARIANTS.map((variant) => ({
      label: VARIANT_LABEL[variant],
      value: scores?.[variant].mean ?? null,
      interval: scores?.[variant].interval ?? null,
      reference: PAPER_SCORES[row][variant],
      colour: colourOf(report, variant),
    })),
  })),
  axis: { ticks: [1, 1.5, 2, 2.5, 3], digits: 3 },
  middle: 2,
});

const strengthsChart = (report: StudyReport, strengths: NonNullable<StudyReport["people"]>["strengths"]): DotChart => ({
  title: "Log strengths of all candidates, with intervals",
  groups: [
    {
      heading: null,
      rows: strengths.map(({ candidate, strength, interval }) => ({
        label: labelOf(report, candidate),
        value: strength,
        interval,
        reference: null,
        colour: colourOf(report, candidate),
      })),
    },
  ],
  axis: {
    ticks: ticksAround(
      [
        0,
        ...strengths.flatMap(({ strength, interval }) => [
          strength,
          interval?.low ?? strength,
          interval?.high ?? strength,
        ]),
      ],
      0.5,
    ),
    digits: 2,
  },
  middle: 0,
});

const correlationsChart = (correlations: StudyReport["correlations"]): DotChart => ({
  title: "Of the choices that people made, the share that each metric makes as well",
  groups: [
    {
      heading: null,
      rows: correlations.map(({ label, agrees, interval }) => ({
        label,
        value: agrees,
        interval,
        reference: null,
        colour: agrees >= 0.5 ? COLOURS[3]! : COLOURS[4]!,
      })),
    },
  ],
  axis: { ticks: [0, 0.5, 1], digits: 2 },
  middle: 0.5,
});
