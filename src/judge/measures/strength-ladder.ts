/** Whether strength does what it says: the further it is turned up, the further a picture is from its content. */
import { edgeCorrelation } from "./edges.ts";
import type { Seen } from "./seen.ts";
import { paletteDistance } from "./sliced-wasserstein.ts";

/** Strengths that are painted for it. */
export const LADDER = [0.2, 0.6, 1] as const;

/** One pair at all strengths, the weakest first. */
export interface Ladder {
  /** Palette distance to the content. */
  readonly palette: readonly number[];
  /** 1 less the edge correlation with the content. */
  readonly edges: readonly number[];
  /** Both grow from each strength to the next. */
  readonly monotone: boolean;
}

export function ladderOf(pictures: readonly Pick<Seen, "result" | "content">[]): Ladder {
  const palette = pictures.map(({ result, content }) => paletteDistance(result, content));
  const edges = pictures.map(({ result, content }) => 1 - edgeCorrelation(result, content));
  return { palette, edges, monotone: grows(palette) && grows(edges) };
}

const grows = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value > values[i - 1]!);
