/** Renews the lock of work that is done, and gives it up in time when that does not succeed. */
import { CancelledError } from "../../errors.ts";

/** Part of a lock's time after which, without a renewal, work is stopped: the rest is for stopping. */
const GIVEN_UP_AT = 2 / 3;
/** Renewals that fit into that part. */
const TRIES = 4;

/**
 * Renews until it is stopped. A server that does not answer is not waited for: the watch goes by this process's clock.
 *
 * @param lockMs what a renewal is good for, from when it was asked for
 * @param renew `false`: somebody else has the lock, or nobody
 * @returns the signal that is aborted when the lock counts as lost, and a function that ends the watch
 */
export function watchLock(
  lockMs: number,
  renew: () => Promise<boolean>,
): { readonly signal: AbortSignal; readonly stop: () => void } {
  const lost = new AbortController();
  const patience = lockMs * GIVEN_UP_AT;
  let deadline = performance.now() + patience;
  let watch: NodeJS.Timeout;
  const stop = (): void => {
    clearInterval(renewing);
    clearTimeout(watch);
  };
  const giveUp = (): void => {
    stop();
    lost.abort(new CancelledError("The lock was lost"));
  };
  const wait = (): void => {
    const left = deadline - performance.now();
    if (left <= 0) giveUp();
    else watch = setTimeout(wait, left);
  };
  const renewing = setInterval(() => {
    const askedAt = performance.now();
    renew().then(
      (held) => {
        if (held) deadline = Math.max(deadline, askedAt + patience);
        else giveUp();
      },
      () => undefined, // the watch goes on
    );
  }, patience / TRIES);
  wait();
  return { signal: lost.signal, stop };
}
