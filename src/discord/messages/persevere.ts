/** Repeats a call to Discord that a broken line interrupted. */
import { setTimeout as sleep } from "node:timers/promises";

import { isPassing } from "../discord-error.ts";

const PAUSES_MS = [250, 1000, 4000];

/**
 * Runs `call` until it succeeds or fails for a reason that will not pass. discord.js repeats timeouts and 5xx itself,
 * but not every broken connection. Only for calls that may be handled twice: edits, deletions, and creations that
 * carry an enforced nonce.
 */
export async function persevere<T>(call: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await sleep(pause);
    }
  }
  return call();
}
