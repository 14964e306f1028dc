/** The parts of the report's page that are tables: what people say, what the measures say, what it cost. */
import { VARIANT_LABEL, VARIANTS } from "../../variant.ts";
import { PAPER_SCORES } from "../../votes/paper.ts";
import { ROW_LABEL } from "../../votes/report.ts";
import { type RowScores, type VariantScore } from "../../votes/scores.ts";
import { labelOf } from "./charts-of.ts";
import { escapeMarkup as e } from "./dot-chart.ts";
import { inFigures } from "./latex.ts";
import { goodness, type MetricRow } from "./measured.ts";
import type { PeopleFigures } from "./people.ts";
import type { StudyReport } from "./study-report.ts";

const table = (head: readonly string[], rows: readonly string[]): string =>
  `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;

const row = (name: string, cells: readonly string[]): string =>
  `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;

const small = (text: string): string => `<small>${e(text)}</small>`;

const scoreCell = ({ mean, interval }: VariantScore): string =>
  `${mean.toFixed(3)}${interval ? small(`${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}`) : ""}`;

const scoreRow = (name: string, { scores, ballots, voters }: RowScores): string =>
  row(
    `${e(name)}${small(`${ballots} rankings, ${voters} people`)}`,
    VARIANTS.map((variant) => (scores ? scoreCell(scores[variant]) : "–")),
  );

/** Table I beside the paper's own. */
export function tableOne({ table: rows, withApart }: PeopleFigures): string {
  const lines = (rows ?? []).flatMap((scores) => [
    scoreRow(ROW_LABEL[scores.row], scores),
    row(
      `<span class="control">the paper</span>`,
      VARIANTS.map((variant) => `<span class="control">${PAPER_SCORES[scores.row][variant].toFixed(3)}</span>`),
    ),
  ]);
  const apart = withApart ? [scoreRow("Overall, with those who stand apart", withApart)] : [];
  return table(["", ...VARIANTS.map((variant) => e(VARIANT_LABEL[variant]))], [...lines, ...apart]);
}

/** How far people agree, and who stands apart, in sentences. */
export function agreementWords({ agreement, flagged, checks, seconds, people }: PeopleFigures): string {
  const { w, byChance, rounds, alpha } = agreement;
  const said = [
    ...(w === null
      ? ["No pair was ranked by two people, so nothing can be said of how far they agree."]
      : [
          `Kendall's W is ${w.toFixed(2)} on average over ${rounds} pairs (1: all rank alike; by chance it would be ${byChance!.toFixed(2)}).`,
        ]),
    ...(alpha === null
      ? []
      : [`Krippendorff's alpha of their places is ${alpha.toFixed(2)} (1: all agree, 0: as by chance).`]),
    ...(seconds === null ? [] : [`A ranking took ${seconds.toFixed(0)} seconds, the middle one.`]),
    ...(checks.passed + checks.failed === 0
      ? []
      : [`Of ${checks.passed + checks.failed} attention checks ${checks.failed} were missed.`]),
  ];
  const apart =
    flagged.length === 0
      ? ""
      : `<h3>Who stands apart</h3><p>${flagged.length} of ${people + flagged.length} people cannot have looked. Their rankings count in no figure here but the last row of the table above.</p>${table(
          ["Person", "Rankings", "Why"],
          flagged.map((each) => row(`Person ${each.person}`, [String(each.rankings), e(each.why)])),
        )}`;
  return `<p>${said.map(e).join(" ")}</p>${apart}`;
}

const SIDES = {
  content: "What is kept of the content",
  style: "How near it is to the style",
  both: "Both at once",
} as const;

/** Every metric by candidate, controls beside them; the better a value within its row, the greener. */
export function measuresTable(report: StudyReport): string {
  const { measured, candidates } = report;
  const rows = measured?.rows ?? [];
  const lines = (Object.keys(SIDES) as (keyof typeof SIDES)[]).flatMap((side) => {
    const own = rows.filter((each) => each.side === side);
    if (own.length === 0) return [];
    const heading = `<tr class="side"><th colspan="${candidates.length + 1}">${SIDES[side]}</th></tr>`;
    return [heading, ...own.map((each) => measureRow(each, candidates))];
  });
  const head = candidates.map(({ label, isControl }) =>
    isControl ? `<span class="control">${e(label)}</span>` : e(label),
  );
  return table(["Metric", ...head], lines);
}

function measureRow(metric: MetricRow, candidates: StudyReport["candidates"]): string {
  const { label, better, values, best, note, prefersContent, side } = metric;
  const known = candidates.flatMap(({ id }) => (values[id] == null ? [] : [goodness(metric, values[id])]));
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const mistrust =
    prefersContent && side !== "content"
      ? `<small class="flag">likes the untouched content best: mistrust it</small>`
      : "";
  const name = `${e(label)} <small>${better} is better${note ? `; ${e(note)}` : ""}</small>${mistrust}`;
  const cells = candidates.map(({ id }) => {
    const value = values[id] ?? null;
    if (value === null) return "<td>–</td>";
    const share = high > low ? (goodness(metric, value) - low) / (high - low) : 0;
    const figure = inFigures(value);
    return `<td class="heat" style="--g:${share.toFixed(2)}">${id === best ? `<b>${figure}</b>` : figure}</td>`;
  });
  return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
}

export function correlationsTable({ correlations }: StudyReport): string {
  return table(
    ["Metric", "Agrees", "95 %", "Rank correlation", "Choices"],
    correlations.map(({ label, agrees, interval, rho, choices, over }) =>
      row(`${e(label)}${over === "candidates" ? small("of whole candidates, not of pictures") : ""}`, [
        `${Math.round(100 * agrees)} %`,
        interval ? `${Math.round(100 * interval.low)} to ${Math.round(100 * interval.high)} %` : "–",
        rho === null ? "–" : rho.toFixed(2),
        String(choices),
      ]),
    ),
  );
}

export function costTable(report: StudyReport): string {
  return table(
    ["Candidate", "Engine", "Pictures", "Seconds", "Slowest", "Steps", "UNet rows"],
    report.costs.map(({ candidate, engine, pictures, seconds, slowest, steps, unetRows }) =>
      row(e(labelOf(report, candidate)), [
        e(engine),
        String(pictures),
        seconds.toFixed(1),
        slowest.toFixed(1),
        steps.toFixed(0),
        unetRows === null ? "–" : unetRows.toFixed(1),
      ]),
    ),
  );
}
