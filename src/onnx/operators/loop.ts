/** Doing the same over and over inside one run. */
import { constantLike, type Graph, type Value } from "../graph.ts";
import type { Shape } from "../shape.ts";

/** What one round makes of the values that are handed on. */
export interface Round {
  /** As many as were given, of the same types; their shapes may differ. */
  readonly next: readonly Value[];
  /** Kept of each round. */
  readonly kept: Value;
}

/** A value that is handed on from round to round, with the shape it has at the start of one and after the last. */
export interface HandedOn {
  readonly value: Value;
  readonly within: Shape;
  readonly after: Shape;
}

/**
 * `times` rounds (int64 [], may be 0), recorded once by `round`; values of the graph around may be used in it.
 *
 * @param index counts rounds from 0, int64 []
 * @returns what is handed on after the last round, and what was kept of all, [rounds, ...]
 */
export function repeat(
  graph: Graph,
  name: string,
  times: Value,
  handedOn: readonly HandedOn[],
  round: (body: Graph, index: Value, values: readonly Value[]) => Round,
): { readonly last: readonly Value[]; readonly kept: Value } {
  const body = graph.body(name);
  const index = body.input("index", "int64", []);
  const goOn = body.input("go on", "bool", []);
  const values = handedOn.map(({ value, within }, i) => body.input(`handed on ${i}`, value.dtype, within));
  const { next, kept } = round(body, index, values);
  body.output("goes on", goOn);
  next.forEach((value, i) => body.output(`next ${i}`, value));
  body.output("kept", kept);
  const outputs = [
    ...handedOn.map(({ value, after }) => ({ dtype: value.dtype, shape: after })),
    { dtype: kept.dtype, shape: ["rounds", ...kept.shape] },
  ];
  const always = constantLike({ ...times, dtype: "bool" }, 1, []);
  const inputs = [times, always, ...handedOn.map(({ value }) => value)];
  const results = graph.emitMany("Loop", inputs, outputs, { body });
  return { last: results.slice(0, -1), kept: results.at(-1)! };
}
