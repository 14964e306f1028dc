/** What was measured as one table: for each metric and candidate the mean over its pictures, or the value of their set. */
import { meanOf } from "../judge/table.ts";
import type { Measures } from "./measures.ts";

/** By candidate; a candidate without a value is not there. */
function valuesByCandidate(
  { pictures, sets }: Pick<Measures, "pictures" | "sets">,
  metric: string,
): ReadonlyMap<string, number> {
  const lists = new Map<string, number[]>();
  for (const { candidate, metric: of, value } of [...pictures, ...sets]) {
    if (of !== metric) continue;
    const list = lists.get(candidate) ?? [];
    list.push(value);
    lists.set(candidate, list);
  }
  return new Map([...lists].map(([candidate, values]) => [candidate, meanOf(values)]));
}

/**
 * Whether the untouched content has a better value than all that was painted; `null` where one of them has none.
 *
 * @param painted ids of variants and style paths
 */
export function prefersContent(
  measures: Pick<Measures, "pictures" | "sets">,
  { id, better }: Pick<Measures["metrics"][number], "id" | "better">,
  painted: readonly string[],
): boolean | null {
  const values = valuesByCandidate(measures, id);
  const content = values.get("control-content");
  const others = painted.flatMap((candidate) => values.get(candidate) ?? []);
  if (content === undefined || others.length === 0) return null;
  return better === "lower" ? content < Math.min(...others) : content > Math.max(...others);
}

/** The table as it is printed: a row for each metric, then what has to be known to read it. */
export function measuresText(measures: Measures): string {
  const { metrics, pictures, sets, leftOut, broken } = measures;
  const candidates = [...new Set([...pictures, ...sets].map(({ candidate }) => candidate))];
  const rows = metrics.map((metric) => {
    const values = valuesByCandidate(measures, metric.id);
    const cells = candidates.map((candidate) => shown(values.get(candidate)));
    const mark = metric.prefersContent === true ? "  prefers the untouched content" : "";
    return { head: [metric.side, metric.label, `${metric.better} is better`], cells, mark };
  });
  const heads = [["side", "metric", ""], ...rows.map(({ head }) => head)];
  const widths = [0, 1, 2].map((column) => Math.max(...heads.map((head) => head[column]!.length)));
  const line = (head: readonly string[], cells: readonly string[], mark = ""): string =>
    [
      ...head.map((cell, column) => cell.padEnd(widths[column]!)),
      ...cells.map((cell, column) => cell.padStart(Math.max(8, candidates[column]!.length))),
    ].join("  ") + mark;
  const noted = metrics.filter(({ note }) => note !== null);
  return [
    line(heads[0]!, candidates),
    ...rows.map(({ head, cells, mark }) => line(head, cells, mark)),
    ...blockOf(
      "",
      noted.map(({ label, note }) => `${label}: ${note}`),
    ),
    ...blockOf(
      "Left out:",
      leftOut.map(({ label, why }) => `  ${label}: ${why}`),
    ),
    ...blockOf(
      "Pictures that could not be measured:",
      broken.map(({ file, why }) => `  ${file}: ${why}`),
    ),
  ].join("\n");
}

const blockOf = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", ...(heading === "" ? [] : [heading]), ...lines];

const shown = (value: number | undefined): string => (value === undefined ? "-" : String(Number(value.toPrecision(4))));
