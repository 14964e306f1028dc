/** Learning a style, whoever asks for it: in what words it begins, how large it is seen, and on through crashes. */
import { EngineError } from "../errors.ts";
import { describeStyle, type DescribeStyleParts } from "./describe-style.ts";
import type { Lesson, TaskHooks, Tasks } from "./tasks.ts";

/** A crash is tried again from the last minute's state; more than this many in a row are not. */
const MOST_CRASHES = 3;

/** Results this small or smaller are learned for in their own size: the engine's own is at least this. */
const SMALL = 256;
/** Sides of the square that a picture is seen in are multiples of this, pixels. */
const GRAIN = 64;

/** What is to be learned, of a stored picture. */
export interface WantedStyle extends Pick<Lesson, "id" | "maxSteps"> {
  readonly pictureSha256: string;
  /** What the vector starts from; `null`: a describer's words, or none where it fails. */
  readonly description: string | null;
  /** Long side of what will be painted by it, pixels: it is seen no larger. */
  readonly resultSize: number;
}

export interface LearnStyleParts extends DescribeStyleParts {
  readonly tasks: Pick<Tasks, "describe" | "info" | "learn">;
}

interface LearnStyleHooks extends Omit<TaskHooks, "tries"> {
  readonly signal: AbortSignal;
  /** Something went wrong, and it goes on all the same; for logs. */
  readonly onFault?: (said: string, error: EngineError) => void;
}

/**
 * Returns when the loss has settled; the vector is in the state that `Tasks.reached` names.
 *
 * @throws UserError, EngineError, CancelledError. What was reached by then is kept, and the same again goes on from it.
 */
export async function learnStyle(parts: LearnStyleParts, wanted: WantedStyle, hooks: LearnStyleHooks): Promise<void> {
  const { signal, onNews, onFault, ...rest } = hooks;
  const lesson: Lesson = {
    id: wanted.id,
    picture: { sha256: wanted.pictureSha256 },
    description: await wordsFor(parts, wanted, hooks),
    form: "vector",
    size: learningSize(wanted.resultSize),
    maxSteps: wanted.maxSteps,
  };
  for (let crashes = 0; ;) {
    let steps = 0;
    try {
      await parts.tasks.learn(lesson, {
        ...rest,
        signal,
        onNews: (news) => {
          if (news.type === "progress") steps = Math.max(steps, news.step);
          onNews?.(news);
        },
      });
      return;
    } catch (error) {
      if (!(error instanceof EngineError && error.retryable) || signal.aborted) throw error;
      crashes = steps > 0 ? 1 : crashes + 1;
      if (crashes > MOST_CRASHES) throw error;
      onFault?.("learning goes on after a crash", error);
    }
  }
}

/** The engine's own size: `null`. */
const learningSize = (resultSize: number): number | null =>
  resultSize < SMALL ? Math.max(GRAIN, Math.floor(resultSize / GRAIN) * GRAIN) : null;

/** It can do without. */
async function wordsFor(
  parts: LearnStyleParts,
  { description, pictureSha256 }: WantedStyle,
  { signal, onFault }: LearnStyleHooks,
): Promise<string | null> {
  if (description !== null) return description;
  try {
    return (await describeStyle(parts, pictureSha256, { signal })).text;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    onFault?.("a style is learned without words to start from", error);
    return null;
  }
}
