/** What the styles of a blend give, as one: the mean by their weights. */
import type { Weighed } from "../../blend.ts";
import type { Floats } from "../../onnx/index.ts";
import { linear } from "./schedulers/linear-combination.ts";

/** Of arrays of one shape; of one alone, that itself. */
export function weightedMean(parts: readonly Weighed<Floats>[]): Floats {
  const [first, ...others] = parts as readonly [Weighed<Floats>, ...Weighed<Floats>[]];
  if (others.length === 0) return first;
  return { data: linear(...parts.map(({ weight, data }) => [weight, data] as const)), shape: first.shape };
}
