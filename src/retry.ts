/** Trying again, later and later. */
import { setTimeout as sleep } from "node:timers/promises";

import { throwIfCancelled } from "./breathe.ts";
import type { Random } from "./random.ts";

/** Pauses that grow with every failure in a row. */
export interface Pauses {
  /** Before the second try, milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** Each pause is so many times the one before; 2 unless told. */
  readonly factor?: number;
  /** Makes them up to a quarter shorter or longer, so that not all who wait come back in the same moment. */
  readonly jitter?: Random;
}

/** Past the longest pause of anybody; keeps the power finite. */
const MOST_GROWTH = 30;

/** How long to wait after so many failures in a row, milliseconds; nothing after none. */
export function pauseAfter(failures: number, { firstMs, longestMs, factor = 2, jitter }: Pauses): number {
  if (failures === 0) return 0;
  const pause = Math.min(longestMs, firstMs * factor ** Math.min(failures - 1, MOST_GROWTH));
  return jitter ? pause * (0.75 + 0.5 * jitter()) : pause;
}

/** Waits for `ms` milliseconds, or until the signal ends that. Never rejects. */
export const waitFor = (ms: number, signal?: AbortSignal, { ref = true } = {}): Promise<void> =>
  sleep(ms, undefined, { ref, ...(signal && { signal }) }).catch(() => undefined);

export interface RetryOptions {
  readonly pauses: Pauses;
  /** Tries in a row without progress before giving up; without end unless told. */
  readonly tries?: number;
  /** Whether the same may well succeed a little later. */
  readonly mayPass: (reason: unknown) => boolean;
  /** The least wait that the failure itself asks for, milliseconds; the longest pause holds all the same. */
  readonly asked?: (reason: unknown) => number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
}

export interface RetryNotice {
  /** Failures in a row so far. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: unknown;
}

/** Counts failures and waits between tries. */
export class Retries {
  #failures = 0;
  readonly #options: RetryOptions;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** There was progress: the count starts over. */
  succeeded(): void {
    this.#failures = 0;
  }

  /**
   * Waits until it is time for another try.
   *
   * @throws `reason` when it will not pass or the tries are used up, CancelledError when the signal is aborted
   */
  async failed(reason: unknown): Promise<void> {
    const { pauses, tries = Number.POSITIVE_INFINITY, mayPass, asked, signal, onRetry } = this.#options;
    throwIfCancelled(signal);
    this.#failures++;
    if (!mayPass(reason) || this.#failures >= tries) throw reason;
    const delayMs = Math.min(pauses.longestMs, Math.max(pauseAfter(this.#failures, pauses), asked?.(reason) ?? 0));
    onRetry?.({ attempt: this.#failures, delayMs, reason });
    await waitFor(delayMs, signal);
    throwIfCancelled(signal);
  }
}

/** Runs `work` until it succeeds. @throws what `Retries.failed` throws */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const retries = new Retries(options);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await retries.failed(error);
    }
  }
}
