import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { EngineInfo } from "../../../src/jobs/engine.ts";
import { FairOrder } from "../../../src/jobs/running/fair-order.ts";
import { type Expected, Forecast, type Span } from "../../../src/jobs/running/forecast.ts";
import { inWords } from "../../../src/duration.ts";
import { checkLimits } from "../../../src/jobs/running/limits.ts";
import { remainingSeconds, StageHistory } from "../../../src/jobs/running/stage-history.ts";
import { pictureRef, queuedJob, request } from "../requests.ts";

describe("the fair order", () => {
  /** Plays arrivals and services; returns the users in the order they are served. */
  function serve(steps: readonly (string | null)[]): { user: string; arrived: number }[] {
    const order = new FairOrder();
    const waiting: { user: string; turn: number; arrived: number }[] = [];
    const served: { user: string; arrived: number }[] = [];
    const serveOne = (): void => {
      waiting.sort((a, b) => a.turn - b.turn || a.arrived - b.arrived);
      const next = waiting.shift();
      if (!next) return;
      order.begin(next.turn);
      served.push(next);
    };
    steps.forEach((user, arrived) => {
      if (user === null) serveOne();
      else waiting.push({ user, turn: order.join(user), arrived });
    });
    while (waiting.length > 0) serveOne();
    return served;
  }

  const arrivals = fc.array(fc.oneof(fc.constantFrom("a", "b", "c"), fc.constant(null)), { maxLength: 60 });

  it("serves everybody once, and each person's jobs in their order", () => {
    fc.assert(
      fc.property(arrivals, (steps) => {
        const served = serve(steps);
        expect(served).toHaveLength(steps.filter((step) => step !== null).length);
        for (const user of ["a", "b", "c"]) {
          const own = served.filter((job) => job.user === user).map(({ arrived }) => arrived);
          expect(own).toEqual(own.toSorted((x, y) => x - y));
        }
      }),
    );
  });

  it("never serves anybody twice more than another who waits all the time", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("b", "c"), { maxLength: 40 }), (others) => {
        // `a` always has jobs waiting; the others come and go as they like, one served for each that comes.
        const steps = [...Array.from({ length: 45 }, () => "a"), ...others.flatMap((user) => [user, null])];
        const served = serve(steps).map(({ user }) => user);
        const during = served.slice(0, others.length);
        for (const user of ["b", "c"]) {
          const [mine, theirs] = [during.filter((u) => u === "a").length, during.filter((u) => u === user).length];
          expect(theirs - mine).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it("goes on where an earlier process left off", () => {
    const order = new FairOrder();
    order.begin(40);
    order.rejoin("a", 40);
    order.rejoin("a", 41);
    expect(order.join("a")).toBe(42);
    expect(order.join("b")).toBe(40);
  });
});

describe("the forecast", () => {
  const job = (id: string, caption: number | null, stylize: number | null, running = false) =>
    [id, { caption, stylize, running }] as const;
  const forecast = (
    jobs: readonly (readonly [string, Expected])[],
    concurrency: number,
    parallelStages: boolean,
  ): ReadonlyMap<string, Span> => {
    const schedule = new Forecast(concurrency, parallelStages);
    return new Map(jobs.map(([id, expected]) => [id, schedule.next(expected)]));
  };

  it("puts jobs one after the other, each with both stages", () => {
    const spans = forecast([job("a", 0, 4, true), job("b", 2, 10), job("c", 0, 10)], 1, false);
    expect(Object.fromEntries(spans)).toEqual({
      a: { begins: 0, ends: 4 },
      b: { begins: 4, ends: 16 },
      c: { begins: 16, ends: 26 },
    });
  });

  it("uses every slot", () => {
    const spans = forecast([job("a", 0, 4, true), job("b", 0, 10, true), job("c", 0, 10)], 2, false);
    expect(spans.get("c")).toEqual({ begins: 4, ends: 14 });
  });

  it("captions ahead where that has a device of its own", () => {
    const spans = forecast([job("a", 0, 10, true), job("b", 3, 10), job("c", 3, 10)], 1, true);
    expect(spans.get("b")).toEqual({ begins: 0, ends: 20 });
    expect(spans.get("c")).toEqual({ begins: 3, ends: 30 });
  });

  it("says nothing of what comes after the unknown", () => {
    const spans = forecast([job("a", 0, null, true), job("b", 0, 10)], 1, false);
    expect(spans.get("a")).toEqual({ begins: 0, ends: null });
    expect(spans.get("b")).toEqual({ begins: null, ends: null });
  });
});

describe("what stages take", () => {
  const info: EngineInfo = {
    stylizer: "embedded",
    describer: "palette",
    describerLabel: "palette",
    styleNetwork: "none",
    safetyChecker: null,
    device: "cpu",
    parallelStages: false,
  };
  const done = (stylize: number, caption = 0, variant: "inst" | "prompt" = "inst") =>
    queuedJob(
      {
        state: "done",
        describer: "palette",
        result: {
          picture: pictureRef("r"),
          variant,
          engine: "embedded",
          stylePath: null,
          steps: 1,
          guidance: null,
          seconds: { caption, stylize, total: caption + stylize },
        },
      },
      { size: 512 },
    );
  const asked = (variant: "inst" | "prompt" | "auto", size = 512) => queuedJob({}, { variant, size });

  it("is learned per variant, the newest weighing most, and scaled by area", () => {
    const history = new StageHistory();
    expect(history.estimate("stylize", asked("inst"), info)).toBeNull();
    for (let n = 0; n < 20; n++) history.learn(done(10));
    expect(history.estimate("stylize", asked("inst"), info)).toBeCloseTo(10);
    history.learn(done(20));
    expect(history.estimate("stylize", asked("inst"), info)).toBeCloseTo(13);
    expect(history.estimate("stylize", asked("inst", 1024), info)).toBeCloseTo(52);
    expect(history.estimate("stylize", asked("prompt"), info)).toBeCloseTo(13);
    history.learn(done(2, 1, "prompt"));
    expect(history.estimate("stylize", asked("prompt"), info)).toBeCloseTo(2);
    expect(history.estimate("caption", asked("prompt"), info)).toBeCloseTo(1);
    expect(history.estimate("stylize", asked("inst"), { ...info, stylizer: "diffusion" })).toBeNull();
  });

  it("is corrected by the pace of the stage that runs", () => {
    expect(remainingSeconds(0, 0, 10, null)).toBeNull();
    expect(remainingSeconds(0, 0, 10, 8)).toBe(8);
    expect(remainingSeconds(5, 5, 10, null)).toBe(5);
    expect(remainingSeconds(5, 5, 10, 8)).toBe(4);
    expect(remainingSeconds(20, 10, 10, 8)).toBe(0);
  });
});

describe("limits", () => {
  const pending = (endsIn: number | null, userId = "anna") => ({ job: queuedJob({}, { userId }), endsIn });
  const refusal = (limits: { perUser: number; perGuild: number }, ...held: ReturnType<typeof pending>[]): string => {
    try {
      checkLimits(request(), held, limits);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("say who has too much and when there is room", () => {
    expect(refusal({ perUser: 2, perGuild: 9 }, pending(5), pending(200, "ben"))).toBe("");
    expect(refusal({ perUser: 1, perGuild: 9 }, pending(200))).toBe(
      "You already have a picture in the queue, as many as one person may. There will be room in about 4 minutes; try again then.",
    );
    expect(refusal({ perUser: 9, perGuild: 2 }, pending(9000, "ben"), pending(null, "cleo"))).toBe(
      "This server already has 2 pictures in the queue, as many as fit. There will be room in about 3 hours; try again then.",
    );
  });

  it("word durations, never too short", () => {
    expect([10, 60, 61, 5000, 5400, 7000].map(inWords)).toEqual([
      "less than a minute",
      "about 1 minute",
      "about 2 minutes",
      "about 84 minutes",
      "about 2 hours",
      "about 2 hours",
    ]);
  });
});
