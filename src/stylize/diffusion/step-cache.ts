/**
 * Later steps take over from earlier ones what changes little between them.
 *
 * DeepCache (Ma et al. 2024): every few steps the whole UNet runs, and what comes up beside a shallow skip connection is
 * kept; the steps between run only what lies above that. T-GATE (Zhang et al. 2024): after the first part of the steps,
 * what each place takes from the text stays as it was in the last of them, averaged over the rows with and without the
 * prompt, and nothing is guided any more.
 */
import { UserError } from "../../errors.ts";
import { type StepCache, type UsedStepCache, waysOf } from "../../painting.ts";
import type { StylizeResult } from "../stylizer.ts";

/** Whole at every third step, which is the default of the paper's code. */
const INTERVAL = 3;
/** The part of the steps that looks at the text: the 10 of 25 of T-GATE's examples. */
const GATED_PART = 0.4;
/** Steps of a run that is cached: of fewer, each one moves too far. */
const FEWEST_STEPS = 8;

/** What a step computes and what it takes over; `null` where there is no such cache. */
export interface CachedStep {
  readonly deep: "kept" | "reused" | null;
  /** Computed for this step alone, kept for those to come, or taken over. */
  readonly text: "fresh" | "kept" | "reused" | null;
}

/** The cache of a picture, by what was asked for and what is installed; `null` for none. */
export function chooseStepCache(
  asked: StepCache | undefined,
  installed: StepCache,
  run: {
    readonly faithful: boolean;
    readonly isDraft: boolean;
    readonly stylePath: StylizeResult["stylePath"];
    readonly steps: number;
  },
): UsedStepCache | null {
  const cache = asked ?? installed;
  if (cache === "off") return null;
  const obstacle = obstacleOf(run);
  if (obstacle === null) return cache;
  if (asked !== undefined)
    throw new UserError("step-cache", {
      sentence: `error.step-cache.${obstacle}`,
      values: { cache, fewest: FEWEST_STEPS },
    });
  return null;
}

type Obstacle = "draft" | "faithful" | "attention" | "few";

/** What a cache does not go with, of a run. */
function obstacleOf({ faithful, isDraft, stylePath, steps }: Parameters<typeof chooseStepCache>[2]): Obstacle | null {
  if (isDraft) return "draft";
  if (faithful) return "faithful";
  if (waysOf(stylePath).attention) return "attention";
  if (steps < FEWEST_STEPS) return "few";
  return null;
}

/** The part of the steps that is guided, of `part` without a cache: what the text gives is fixed after the gate. */
export const guidedPartOf = (cache: UsedStepCache | null, part: number): number =>
  cache === "tgate" || cache === "both" ? Math.min(part, GATED_PART) : part;

/** What each step of a run computes. */
export function cachedSteps(steps: number, cache: UsedStepCache): CachedStep[] {
  const hasDeep = cache !== "tgate";
  const lastOfText = cache === "deepcache" ? null : Math.ceil(steps * GATED_PART) - 1;
  let sinceWhole = INTERVAL;
  return Array.from({ length: steps }, (_, index) => {
    // What the text gives is kept of every place, so that step is whole.
    const isWhole = sinceWhole === INTERVAL || index === lastOfText;
    sinceWhole = isWhole ? 1 : sinceWhole + 1;
    return { deep: hasDeep ? (isWhole ? "kept" : "reused") : null, text: textAt(index, lastOfText) };
  });
}

function textAt(index: number, last: number | null): CachedStep["text"] {
  if (last === null) return null;
  if (index === last) return "kept";
  return index < last ? "fresh" : "reused";
}
