/** Waiting for something to come true in the sandbox, without polling more than needed. */
import type { World } from "./world/world.ts";

export interface WaitOptions {
  /** Default: two minutes, for a machine that is busy with other things too. */
  readonly timeoutMs?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
  /** Gives the wait up. */
  readonly signal?: AbortSignal;
}

/** Also looked at this often, for what depends on time or on things outside the sandbox. */
const POLL_MS = 50;

export const PATIENCE_MS = 120_000;

export type Found<T> = Exclude<T, undefined | null | false>;

export function waitFor<T>(
  world: World,
  probe: () => T,
  transcript: () => string,
  options: WaitOptions = {},
): Promise<Found<T>> {
  const { timeoutMs = PATIENCE_MS, what = "a condition", signal } = options;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      unsubscribe();
      clearInterval(poll);
      clearTimeout(deadline);
      signal?.removeEventListener("abort", giveUp);
    };
    const giveUp = (): void => {
      stop();
      reject(signal!.reason as Error);
    };
    const look = (): void => {
      try {
        const value = probe();
        if (value === undefined || value === null || value === false) return;
        stop();
        resolve(value as Found<T>);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const unsubscribe = world.onChange(() => queueMicrotask(look));
    const poll = setInterval(look, POLL_MS);
    const deadline = setTimeout(() => {
      stop();
      reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.\n\n${transcript()}`));
    }, timeoutMs);
    signal?.addEventListener("abort", giveUp);
    look();
  });
}
