/** How long to wait before a process is started again. */
import { pauseAfter, type Pauses } from "../retry.ts";

const PAUSES: Pauses = { firstMs: 250, longestMs: 30_000 };

/** Doubles with every failure, up to half a minute unless told; a success starts over. */
export class Backoff {
  readonly #pauses: Pauses;
  #failures = 0;
  #failedAt = 0;

  constructor(pauses = PAUSES) {
    this.#pauses = pauses;
  }

  failed(now = performance.now()): void {
    this.#failures++;
    this.#failedAt = now;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds left to wait; the first restart after a success waits least. */
  remaining(now = performance.now()): number {
    if (this.#failures === 0) return 0;
    return Math.max(0, this.#failedAt + pauseAfter(this.#failures, this.#pauses) - now);
  }
}
