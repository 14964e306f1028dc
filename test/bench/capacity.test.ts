/** The simulated day, on cases whose answer is known. */
import { describe, expect, it } from "vitest";

import { type Arrival, arrivalsOf, type DayOfArrivals } from "../../src/bench/arrivals.ts";
import { simulateCapacity } from "../../src/bench/capacity.ts";
import { serve, type ServiceOptions } from "../../src/bench/service-day.ts";

const NO_LIMITS = { perMember: Infinity, perServer: Infinity };
const oneCard = (over: Partial<ServiceOptions> = {}): ServiceOptions => ({
  gpus: 1,
  seconds: 10,
  order: "fair",
  ...NO_LIMITS,
  ...over,
});
const asks = (at: number, member: number, server = 0): Arrival => ({ at, member, server });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a queue and its cards", () => {
  // Of the Pollaczek-Khinchine formula, for a service that always takes as long: rho / (2 mu (1 - rho)).
  it.each([
    [0.5, 12],
    [0.8, 48],
  ])("wait as queueing theory says of one card that is busy %d of the time: %d s", (load, expected) => {
    const perDay = (load * 86_400) / 24;
    const day: DayOfArrivals = { servers: 1, perDay, membersPerServer: 1000, swing: 0, length: 20 * 86_400, seed: 3 };
    for (const order of ["fair", "arrival"] as const) {
      const { waits } = serve(arrivalsOf(day), oneCard({ seconds: 24, order }));
      expect(mean(waits) / expected, "whatever the order").toBeCloseTo(1, 1);
    }
  });

  it("let nobody wait who has a card to himself", () => {
    const arrivals = [asks(0, 0), asks(1, 1), asks(2, 2)];
    expect(serve(arrivals, oneCard({ gpus: 3 })).waits).toEqual([0, 0, 0]);
    expect(serve(arrivals, oneCard({ gpus: 2 })).waits).toEqual([0, 0, 8]);
  });

  it("serve somebody who asks once beside one who asks for ten in turns, not after them", () => {
    const arrivals = [...Array.from({ length: 10 }, () => asks(0, 0)), asks(1, 1)];
    const waitOfSecond = (order: "fair" | "arrival"): number => {
      const { waits, members } = serve(arrivals, oneCard({ order }));
      return waits[members.indexOf(1)]!;
    };
    expect([waitOfSecond("arrival"), waitOfSecond("fair")]).toEqual([99, 9]);
  });

  it("take no more of a member, or of a server, than may wait", () => {
    const arrivals = [asks(0, 0), asks(0, 0), asks(0, 0), asks(0, 1), asks(0, 2, 1), asks(11, 0)];
    expect(serve(arrivals, oneCard({ perMember: 2 }))).toMatchObject({ refused: 1, members: [0, 1, 2, 0, 0] });
    expect(serve(arrivals, oneCard({ perServer: 1 }))).toMatchObject({ refused: 3, members: [0, 2, 0] });
  });
});

describe("a day of pictures", () => {
  const DAY: DayOfArrivals = { servers: 20_000, perDay: 2, membersPerServer: 10, swing: 0.85, seed: 1 };
  const all = [...arrivalsOf(DAY)];

  it("is the same for the same seed", () => {
    expect([...arrivalsOf(DAY)]).toEqual(all);
    expect([...arrivalsOf({ ...DAY, seed: 2 })]).not.toEqual(all);
  });

  it("has as many as are asked for, and 1.85 times the mean at its peak", () => {
    expect(all.length / 40_000).toBeCloseTo(1, 1);
    const peak = all.filter(({ at }) => Math.abs(at - 43_200) < 1800).length;
    expect(peak / (40_000 / 24)).toBeCloseTo(1.85, 0);
  });

  it("is asked for by Zipf's law", () => {
    const of = (member: number): number => all.filter((arrival) => arrival.member === member).length;
    expect(of(0) / of(1)).toBeCloseTo(Math.log(2) / Math.log(1.5), 0);
    expect(of(0) / all.length).toBeCloseTo(Math.log(2) / Math.log(200_001), 1);
  });
});

describe("what an installation has to expect", () => {
  const usual = { servers: 1000, perDay: 2, seconds: 24, seed: 1, requests: [25, 5] };

  it("is minutes with one card for a thousand servers, and seconds with two", () => {
    const [few, enough] = [1, 2].map((gpus) => simulateCapacity({ ...usual, gpus }));
    expect(few!.waits.p95).toBeGreaterThan(120);
    expect(enough!.waits.p95).toBeLessThan(30);
    expect(enough!.bytesPerDay).toBe(2.3e6 * enough!.pictures);
  });

  it("spares those who ask for little when there are too few cards", () => {
    const { light, lightByArrival, refusedPart } = simulateCapacity({ ...usual, servers: 3000, gpus: 2 });
    expect(lightByArrival.p95 / light.p95).toBeGreaterThan(2);
    expect(refusedPart).toBeGreaterThan(0);
  });

  it("is as many requests a second as its cards paint pictures, times what each costs", () => {
    const { requestsPerSecond } = simulateCapacity({ ...usual, servers: 3000, gpus: 2 });
    expect(requestsPerSecond[0]).toBeCloseTo((2 / 24) * 25, 0);
    expect(requestsPerSecond[1]).toBeCloseTo((2 / 24) * 5, 1);
  });
});
