/** How far a study is, and how long it will still take. */

export interface StudyProgress {
  /** Pictures that are there, of all. */
  readonly done: number;
  readonly total: number;
  /** Until all are there; `null` while nothing can be said. */
  readonly secondsLeft: number | null;
  /** Nothing can be written for the moment. */
  readonly isHeld: boolean;
  /** The style that is being learned; `null` while none is. */
  readonly learning: { readonly style: string; readonly step: number; readonly steps: number } | null;
}

/** Counts pictures; what was there already says nothing of how long others take. */
export class Pace {
  readonly #total: number;
  readonly #tell: (progress: StudyProgress) => void;
  readonly #now: () => number;
  #there = 0;
  #painted = 0;
  #since: number | null = null;
  #isHeld = false;
  #learning: StudyProgress["learning"] = null;

  /** @param now milliseconds */
  constructor(total: number, tell: (progress: StudyProgress) => void, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#tell = tell;
    this.#now = now;
  }

  /** A picture is there without work. */
  found(): void {
    this.#there++;
    this.#told();
  }

  /** Painting begins now. */
  begin(): void {
    this.#since ??= this.#now();
  }

  painted(): void {
    this.#painted++;
    this.#told();
  }

  learns(learning: StudyProgress["learning"]): void {
    this.#learning = learning;
    this.#told();
  }

  held(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#told();
  }

  #told(): void {
    const done = this.#there + this.#painted;
    const each =
      this.#since === null || this.#painted === 0 ? null : (this.#now() - this.#since) / 1000 / this.#painted;
    const secondsLeft = each === null ? null : each * (this.#total - done);
    this.#tell({ done, total: this.#total, secondsLeft, isHeld: this.#isHeld, learning: this.#learning });
  }
}
