import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { watchLock } from "../../../src/jobs/remote/lock-watch.ts";

beforeEach(
  () =>
    void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] }),
);
afterEach(() => void vi.useRealTimers());

const LOCK_MS = 30_000;
const never = (): Promise<boolean> => new Promise(() => undefined);

/** Milliseconds until the lock counts as lost; `null`: longer than ten locks. */
async function lostAfter(renew: () => Promise<boolean>): Promise<number | null> {
  const begunAt = performance.now();
  const { signal, stop } = watchLock(LOCK_MS, renew);
  const lost = new Promise<number>((resolve) => {
    signal.addEventListener("abort", () => resolve(performance.now() - begunAt));
  });
  await vi.advanceTimersByTimeAsync(10 * LOCK_MS);
  stop();
  return signal.aborted ? lost : null;
}

describe("the watch over a lock", () => {
  it("gives up when the server does not answer for two thirds of the lock", async () => {
    expect(await lostAfter(never)).toBe(20_000);
    expect(await lostAfter(() => Promise.reject(new Error("away")))).toBe(20_000);
  });

  it("counts what a renewal is good for from when it was asked for, however late the answer comes", async () => {
    let asked = 0;
    const late = (): Promise<boolean> =>
      asked++ > 0 ? never() : new Promise((resolve) => setTimeout(resolve, 14_000, true));
    expect(await lostAfter(late)).toBe(25_000);
  });

  it("gives up at once when somebody else has it", async () => {
    expect(await lostAfter(async () => false)).toBe(5000);
  });

  it("holds on as long as it is renewed, and asks no more when it is told to end", async () => {
    let renewals = 0;
    expect(await lostAfter(async () => ++renewals > 0)).toBeNull();
    expect(renewals).toBe(60);
    await vi.advanceTimersByTimeAsync(LOCK_MS);
    expect(renewals).toBe(60);
  });
});
