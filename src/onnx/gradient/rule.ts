/** What the derivative of an operator is given, and what it answers. */
import type { GraphNode, Value } from "../graph.ts";

/** One recorded operation on the way back. `dy` is the gradient of its first output. */
export interface Step {
  readonly node: GraphNode;
  readonly dy: Value;
  readonly outputGradients: readonly (Value | null)[];
  /** Which inputs' gradients will be asked for. */
  readonly wanted: readonly boolean[];
  readonly scoresAtOnce: number;
  /** The recorded operations by the names of what they produced. */
  readonly producers: ReadonlyMap<string, GraphNode>;
}

/** Gradients by input, each recorded when it is called for. Broadcasting is undone by the caller. */
export type Rule = (step: Step) => readonly ((() => Value) | undefined)[];
