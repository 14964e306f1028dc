/** How long to wait before a process is started again. */
import { pauseAfter } from "../retry.ts";

const PAUSES = { firstMs: 250, longestMs: 30_000 };

/** Doubles with every failure, up to half a minute; a success starts over. */
export class Backoff {
  #failures = 0;
  #failedAt = 0;

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
    return Math.max(0, this.#failedAt + pauseAfter(this.#failures, PAUSES) - now);
  }
}
