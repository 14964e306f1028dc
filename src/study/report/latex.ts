/** The report's tables for a paper: LaTeX with the `booktabs` package. */
import { VARIANT_LABEL, VARIANTS } from "../../variant.ts";
import { PAPER_SCORES } from "../../votes/paper.ts";
import { ROW_LABEL } from "../../votes/report.ts";
import { labelOf } from "./charts-of.ts";
import type { StudyReport } from "./study-report.ts";

/** Everything that there are figures of. */
export function latexOf(report: StudyReport): string {
  const { people, measured, correlations } = report;
  const parts = [
    ...(people?.table ? [tableOne(people.table)] : []),
    ...(people && people.strengths.length > 0 ? [strengths(report, people.strengths)] : []),
    ...(measured && measured.rows.length > 0 ? [metrics(report, measured.rows)] : []),
    ...(correlations.length > 0 ? [agreement(correlations)] : []),
  ];
  return `% \\usepackage{booktabs}\n${parts.join("\n")}`;
}

function tableOne(table: NonNullable<NonNullable<StudyReport["people"]>["table"]>): string {
  const rows = table.flatMap(({ row, scores }) => [
    [
      ROW_LABEL[row],
      "ours",
      ...VARIANTS.map((variant) => {
        if (!scores) return "--";
        const { mean, interval } = scores[variant];
        const range = interval ? ` [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]` : "";
        return `${mean.toFixed(3)}${range}`;
      }),
    ],
    ["", "paper", ...VARIANTS.map((variant) => PAPER_SCORES[row][variant].toFixed(3))],
  ]);
  const { voters, ballots } = table[0]!;
  return tabular(
    `Mean points (3, 2, 1) of ${ballots} rankings by ${voters} people, with 95\\,\\% intervals clustered by person, beside the paper's.`,
    ["", "", ...VARIANTS.map((variant) => VARIANT_LABEL[variant])],
    rows,
  );
}

const strengths = (report: StudyReport, all: NonNullable<StudyReport["people"]>["strengths"]): string =>
  tabular(
    "Log strengths of the Plackett-Luce model, centred on 0, with 95\\,\\% intervals clustered by person.",
    ["Candidate", "Strength", "Interval"],
    all.map(({ candidate, strength, interval }) => [
      labelOf(report, candidate),
      strength.toFixed(2),
      interval ? `[${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}]` : "--",
    ]),
  );

const metrics = (report: StudyReport, rows: NonNullable<StudyReport["measured"]>["rows"]): string =>
  tabular(
    "Metrics of every candidate, controls among them. Metrics marked * prefer the untouched content to every candidate.",
    ["Metric", ...report.candidates.map(({ label }) => label)],
    rows.map(({ label, better, values, prefersContent }) => [
      `${label} (${better})${prefersContent ? "*" : ""}`,
      ...report.candidates.map(({ id }) => inFigures(values[id] ?? null)),
    ]),
  );

const agreement = (correlations: StudyReport["correlations"]): string =>
  tabular(
    "How often each metric makes the choices between two that people made (chance: 0.5), and Spearman's rank correlation within pairs.",
    ["Metric", "Agrees", "Correlation", "Choices"],
    correlations.map(({ label, agrees, rho, choices }) => [
      label,
      agrees.toFixed(2),
      rho === null ? "--" : rho.toFixed(2),
      String(choices),
    ]),
  );

/** Three digits that say something, of small values five places at most. */
export function inFigures(value: number | null): string {
  if (value === null) return "--";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 || size === 0 ? 3 : size >= 0.01 ? 4 : 5);
}

function tabular(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => `${cells.map(escapeLatex).join(" & ")} \\\\`);
  return [
    "\\begin{table}",
    `\\caption{${caption}}`,
    `\\begin{tabular}{l${"r".repeat(head.length - 1)}}`,
    "\\toprule",
    lines[0],
    "\\midrule",
    ...lines.slice(1),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
    "",
  ].join("\n");
}

const escapeLatex = (text: string): string =>
  text.replaceAll(/[\\~^]/g, " ").replaceAll(/[&%$#_{}]/g, (letter) => `\\${letter}`);
