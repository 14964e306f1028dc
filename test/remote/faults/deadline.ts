/** Waits that end: what does not happen in its time becomes a verdict with a name. */
import { setTimeout as sleep } from "node:timers/promises";

/** What was waited for in vain. */
export class Overdue extends Error {
  constructor(what: string, seconds: number) {
    super(`waited ${Math.round(seconds)} s in vain until ${what}`);
    this.name = "Overdue";
  }
}

/** Processes and servers start and end within this time, also on a machine that does much else. */
const PATIENCE_MS = 90_000;

/** @throws Overdue when `work` has not ended in time; it is not waited for any longer */
export async function inTime<T>(what: string, work: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  const over = new AbortController();
  const tooLate = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Overdue(what, ms / 1000);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    tooLate.catch(() => undefined);
    over.abort();
  }
}

/** @throws Overdue when `isSo` does not hold in time */
export async function until(what: string, isSo: () => Promise<boolean> | boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Overdue(what, ms / 1000);
    await sleep(250);
  }
}
