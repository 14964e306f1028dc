/** A yield of long computations: other work gets its turn, and a cancellation is noticed. */
import { setImmediate as nextTurn } from "node:timers/promises";

import { CancelledError } from "./errors.ts";

/**
 * Lets the event loop turn once (so that a cancel message can arrive) and throws when the work was cancelled.
 * Long computations call this at least every 250 ms; a turn costs a few microseconds.
 *
 * @throws CancelledError when `signal` is aborted
 */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  throwIfCancelled(signal);
}

/** @throws CancelledError when `signal` is aborted */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof CancelledError ? signal.reason : new CancelledError();
}
