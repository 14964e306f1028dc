/** What strangers may send: read or refused, in bounded time. `npm run fuzz` does the same for as long as one likes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fuzz, report, type Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

/** For each target, so that all together take a few seconds. */
const MILLISECONDS = 300;

describe("whatever it is given", () => {
  it.each(TARGETS)("$name reads or refuses it", async (target) => {
    const { runs, failure } = await fuzz(target, { seed: 10, milliseconds: MILLISECONDS });
    expect(failure && report(failure)).toBeNull();
    expect(runs).toBeGreaterThan(0);
  });
});

describe("the harness", () => {
  const target = (run: (input: number) => Promise<void>): Target<number> => ({
    name: "planted",
    inputs: fc.nat(1000),
    open: async () => ({ run, close: async () => {} }),
  });

  it("finds a fault, makes it small, and finds it again by what it reports", async () => {
    const planted = target(async (input) => {
      if (input > 17) throw new TypeError("a planted fault");
    });
    const { failure } = await fuzz(planted, { seed: 1, milliseconds: 5000 });
    expect(failure).toMatchObject({ target: "planted", seed: 1, input: 18 });
    expect(report(failure!)).toMatch(
      /a planted fault[^]*input: 18\nagain: .* --target planted --seed 1 --path [\d:]+$/,
    );
    const again = await fuzz(planted, { seed: 1, milliseconds: 5000, path: failure!.path });
    expect(again).toMatchObject({ runs: 1, failure: { input: 18 } });
  });

  it("counts what takes too long as a fault", async () => {
    const slow = target(async () => {
      const { user } = process.cpuUsage();
      while (process.cpuUsage().user - user < 30_000);
    });
    const { failure } = await fuzz(slow, { seed: 1, milliseconds: 100, mostSeconds: 0.02 });
    expect(failure).toMatchObject({ error: { message: expect.stringMatching(/^it took [\d.]+ s$/) as string } });
  });
});
