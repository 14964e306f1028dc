/** When each job of the queue will begin and end: the schedule, played forward with estimated durations. */

/** One job as the forecast sees it; durations in seconds, `null` where nothing is known. */
export interface Expected {
  readonly id: string;
  /** What is left of the caption stage; 0 when it needs none. */
  readonly caption: number | null;
  /** What is left of the stylize stage. */
  readonly stylize: number | null;
  readonly running: boolean;
}

/** Seconds from now; `null` where it cannot be said. */
export interface Span {
  readonly begins: number | null;
  readonly ends: number | null;
}

/**
 * @param jobs running ones first, then the others in their order
 * @param concurrency jobs that are stylized at once
 * @param parallelStages captions are made one by one on another device, ahead of stylizing
 */
export function forecast(
  jobs: readonly Expected[],
  concurrency: number,
  parallelStages: boolean,
): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  const slots: number[] = Array.from({ length: concurrency }, () => 0);
  let captioner = 0;
  for (const { id, caption, stylize, running } of jobs) {
    const [captionSeconds, stylizeSeconds] = [caption ?? Infinity, stylize ?? Infinity];
    const slot = slots.indexOf(Math.min(...slots));
    const begins = running ? 0 : parallelStages && captionSeconds > 0 ? captioner : slots[slot]!;
    const captioned = begins + captionSeconds;
    if (parallelStages && captionSeconds > 0) captioner = captioned;
    const ends = Math.max(captioned, slots[slot]!) + stylizeSeconds;
    slots[slot] = ends;
    spans.set(id, { begins: finite(begins), ends: finite(ends) });
  }
  return spans;
}

const finite = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);
