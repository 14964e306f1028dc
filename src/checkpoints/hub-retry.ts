/** Trying again, later and later. */
import { setTimeout as sleep } from "node:timers/promises";

import { throwIfCancelled } from "../breathe.ts";
import { HubError, isTransient } from "./hub-error.ts";

export interface RetryPolicy {
  /** Tries in a row without progress before giving up. */
  readonly attempts: number;
  /** Wait before the second try; doubles with every further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 7, firstDelayMs: 500, longestDelayMs: 60_000 };

export interface RetryNotice {
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: unknown;
}

/**
 * Counts failures and waits between tries. `failed` throws the reason when it is not a passing one or the tries are
 * used up; `succeeded` sets the count back.
 */
export class Retrier {
  #failures = 0;
  readonly #policy: RetryPolicy;
  readonly #signal: AbortSignal | undefined;
  readonly #onRetry: ((notice: RetryNotice) => void) | undefined;

  constructor(policy: RetryPolicy, signal?: AbortSignal, onRetry?: (notice: RetryNotice) => void) {
    this.#policy = policy;
    this.#signal = signal;
    this.#onRetry = onRetry;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  async failed(reason: unknown): Promise<void> {
    throwIfCancelled(this.#signal);
    this.#failures += 1;
    if (!isTransient(reason) || this.#failures >= this.#policy.attempts) throw reason;
    const backOff = this.#policy.firstDelayMs * 2 ** (this.#failures - 1);
    const asked = reason instanceof HubError ? (reason.retryAfterMs ?? 0) : 0;
    const delayMs = Math.min(this.#policy.longestDelayMs, Math.max(backOff, asked));
    this.#onRetry?.({ attempt: this.#failures, delayMs, reason });
    await sleep(delayMs, undefined, this.#signal && { signal: this.#signal }).catch(() => {});
    throwIfCancelled(this.#signal);
  }
}

/** Runs `work` until it succeeds, fails for good, or the tries are used up. */
export async function retrying<T>(work: () => Promise<T>, retrier: Retrier): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await retrier.failed(error);
    }
  }
}
