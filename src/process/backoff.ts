/** How long to wait before the engine's process is started again. */
const FIRST_MS = 250;
const LONGEST_MS = 30_000;

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
    const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#failures - 1));
    return Math.max(0, this.#failedAt + pause - now);
  }
}
