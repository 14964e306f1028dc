/** When each job of the queue will begin and end: the schedule, played forward with estimated durations. */

/** One job as the forecast sees it; durations in seconds, `null` where nothing is known. */
export interface Expected {
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

/** The schedule as far as it has been played. */
export class Forecast {
  readonly #slots: number[];
  readonly #parallelStages: boolean;
  #captioner = 0;

  /**
   * @param concurrency jobs that are stylized at once
   * @param parallelStages captions are made one by one on another device, ahead of stylizing
   */
  constructor(concurrency: number, parallelStages: boolean) {
    this.#slots = Array.from({ length: concurrency }, () => 0);
    this.#parallelStages = parallelStages;
  }

  /** Plays the next job: running ones come first, then the others in their order. */
  next({ caption, stylize, running }: Expected): Span {
    const slots = this.#slots;
    const [captionSeconds, stylizeSeconds] = [caption ?? Infinity, stylize ?? Infinity];
    const isAhead = this.#parallelStages && captionSeconds > 0;
    const slot = slots.indexOf(Math.min(...slots));
    const begins = running ? 0 : isAhead ? this.#captioner : slots[slot]!;
    const captioned = begins + captionSeconds;
    if (isAhead) this.#captioner = captioned;
    const ends = Math.max(captioned, slots[slot]!) + stylizeSeconds;
    slots[slot] = ends;
    return { begins: finite(begins), ends: finite(ends) };
  }
}

const finite = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);
