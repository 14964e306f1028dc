import { describe, expect, it } from "vitest";

import { CancelledError } from "../src/errors.ts";
import { pauseAfter, retrying, Retries, type RetryNotice, waitFor } from "../src/retry.ts";

const quick = { pauses: { firstMs: 1, longestMs: 4 }, mayPass: () => true };
const slow = { pauses: { firstMs: 3_600_000, longestMs: 3_600_000 }, mayPass: () => true };

/** Rejects the first `times` calls. */
function failing(times: number) {
  let calls = 0;
  return () => (++calls > times ? Promise.resolve(calls) : Promise.reject(new Error(`no ${calls}`)));
}

describe("pauses", () => {
  it("grow by their factor up to the longest, and stay a number however often it fails", () => {
    const grow = (pauses: Parameters<typeof pauseAfter>[1]) => [0, 1, 2, 3, 4, 5000].map((n) => pauseAfter(n, pauses));
    expect(grow({ firstMs: 250, longestMs: 1500 })).toEqual([0, 250, 500, 1000, 1500, 1500]);
    expect(grow({ firstMs: 250, longestMs: 5000, factor: 4 })).toEqual([0, 250, 1000, 4000, 5000, 5000]);
    expect(grow({ firstMs: 0, longestMs: 1500 })).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("are a quarter shorter or longer at the most", () => {
    expect([0, 0.5, 1].map((drawn) => pauseAfter(2, { firstMs: 100, longestMs: 1000, jitter: () => drawn }))).toEqual([
      150, 200, 250,
    ]);
  });
});

describe("trying again", () => {
  it("goes on until the work succeeds, and tells each pause", async () => {
    const told: RetryNotice[] = [];
    expect(await retrying(failing(4), { ...quick, onRetry: (notice) => told.push(notice) })).toBe(5);
    expect(told.map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 4],
    ]);
  });

  it("ends with the reason when the tries are used up, or when it will not pass", async () => {
    await expect(retrying(failing(9), { ...quick, tries: 3 })).rejects.toThrow("no 3");
    const mayPass = (reason: unknown): boolean => (reason as Error).message !== "no 2";
    await expect(retrying(failing(9), { ...quick, mayPass })).rejects.toThrow("no 2");
  });

  it("counts anew after progress", async () => {
    const retries = new Retries({ ...quick, tries: 3 });
    const fail = () => retries.failed(new Error("broken"));
    await fail();
    await fail();
    retries.succeeded();
    await fail();
    await fail();
    await expect(fail()).rejects.toThrow("broken");
  });

  it("waits as long as the failure asks for, but no longer than the longest pause", async () => {
    const told: number[] = [];
    const wishes = [3, 0, 1000];
    const asked = (): number => wishes.shift()!;
    await retrying(failing(3), { ...quick, asked, onRetry: ({ delayMs }) => told.push(delayMs) });
    expect(told).toEqual([3, 2, 4]);
  });

  it("stops as soon as the signal says so, within a pause and before one", async () => {
    const stop = new AbortController();
    const onRetry = (): void => void setImmediate(() => stop.abort());
    await expect(retrying(failing(9), { ...slow, signal: stop.signal, onRetry })).rejects.toThrow(CancelledError);
    await expect(retrying(failing(9), { ...slow, signal: stop.signal })).rejects.toThrow(CancelledError);
  });
});

describe("waiting", () => {
  it("ends without an error when the signal ends it", async () => {
    const stop = new AbortController();
    const waiting = waitFor(3_600_000, stop.signal);
    stop.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(waitFor(3_600_000, stop.signal)).resolves.toBeUndefined();
  });
});
