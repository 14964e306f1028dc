/** What the measures say of each candidate, controls among them, and of each picture. */
import type { Candidate } from "../candidates.ts";
import type { Measures } from "../measures.ts";
import { mean } from "./people.ts";
import { roundOf } from "./rankings.ts";

type Metric = Measures["metrics"][number];

export interface MetricRow extends Metric {
  /** By candidate: the mean of its pictures, or the value of all of them; `null` where there is none. */
  readonly values: Readonly<Record<string, number | null>>;
  /** The best of the candidates that are no controls. */
  readonly best: string | null;
}

export interface MeasuredFigures {
  readonly rows: readonly MetricRow[];
  readonly leftOut: Measures["leftOut"];
  readonly broken: Measures["broken"];
}

export function measuredFigures(measures: Measures, candidates: readonly Candidate[]): MeasuredFigures {
  const { metrics, pictures, sets, leftOut, broken } = measures;
  const rows = metrics.map((metric): MetricRow => {
    const values = Object.fromEntries(
      candidates.map(({ id }) => {
        const isOwn = (each: { readonly metric: string; readonly candidate: string }): boolean =>
          each.metric === metric.id && each.candidate === id;
        const value = metric.of === "set" ? sets.find(isOwn)?.value : mean(pictures.filter(isOwn).map((p) => p.value));
        return [id, value ?? null];
      }),
    );
    const own = candidates.filter(({ id, kind }) => kind !== "control" && values[id] != null);
    const best = own.toSorted((a, b) => goodness(metric, values[b.id]!) - goodness(metric, values[a.id]!))[0];
    return { ...metric, values, best: best?.id ?? null };
  });
  return { rows, leftOut, broken };
}

/** The higher the better. */
export const goodness = ({ better }: Pick<Metric, "better">, value: number): number =>
  better === "higher" ? value : -value;

/** How good each picture is by each metric that measures single pictures, the higher the better. */
export class PictureScores {
  readonly metrics: readonly Metric[];
  readonly #values = new Map<string, number>();

  /** @param seeds of the study: what is painted once, as controls are, stands in the rounds of all of them */
  constructor({ metrics, pictures }: Measures, seeds: readonly number[]) {
    this.metrics = metrics.filter((metric) => metric.of === "picture");
    const kinds = new Map(this.metrics.map((metric) => [metric.id, metric]));
    for (const row of pictures) {
      const metric = kinds.get(row.metric);
      if (!metric) continue;
      for (const seed of row.seed === null ? seeds : [row.seed])
        this.#values.set(keyOf(row.metric, roundOf(row, seed), row.candidate), goodness(metric, row.value));
    }
  }

  get(metric: string, round: string, candidate: string): number | null {
    return this.#values.get(keyOf(metric, round, candidate)) ?? null;
  }
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);
