/** How things are kept at until they are told: pauses, order, what is given up, and what is left to the next start. */
import { DiscordAPIError, HTTPError } from "discord.js";
import { describe, expect, it } from "vitest";

import { Deliveries } from "../../../src/discord/messages/deliveries.ts";
import { createLogger } from "../../../src/log.ts";

const log = createLogger("silent");
const down = () => new HTTPError(502, "Bad Gateway", "POST", "/channels/1/messages", {});
const refused = () => new DiscordAPIError({ code: 50_035, message: "no" }, 50_035, 400, "POST", "/channels", {});
const quick = () => new Deliveries({ log, pauses: { firstMs: 2, longestMs: 10, jitter: () => 0.5 } });

/** Rejects the first `times` attempts; the times of all. */
function failing(times: number, error: () => Error = down) {
  const at: number[] = [];
  return {
    at,
    attempt: (): Promise<void> => {
      at.push(performance.now());
      return at.length <= times ? Promise.reject(error()) : Promise.resolve();
    },
  };
}

/** Attempts that last until they are let go. */
function held() {
  const running: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    running,
    attempt: (name: string) => () =>
      new Promise<void>((resolve) => {
        running.push(name);
        waiting.push(resolve);
      }),
    letGo: () => waiting.splice(0).forEach((resolve) => resolve()),
  };
}

describe("a delivery", () => {
  it("is tried until it gets through, with pauses that grow", async () => {
    const { at, attempt } = failing(6);
    const deliveries = new Deliveries({ log, pauses: { firstMs: 4, longestMs: 32, jitter: () => 0.5 } });
    expect(await deliveries.owe("result", "here", attempt)).toBe(true);
    const pauses = at.slice(1).map((time, n) => time - at[n]!);
    for (const [n, pause] of pauses.entries()) expect(pause).toBeGreaterThan(Math.min(32, 4 * 2 ** n) - 2);
    expect(at).toHaveLength(7);
  });

  it("hears from its second try on that it was tried before", async () => {
    const heard: boolean[] = [];
    await quick().owe("result", "here", (again) => {
      heard.push(again);
      return heard.length < 3 ? Promise.reject(down()) : Promise.resolve();
    });
    expect(heard).toEqual([false, true, true]);
  });

  it("is never tried twice at once, and once more when there was news meanwhile", async () => {
    const { running, attempt, letGo } = held();
    const deliveries = quick();
    const one = deliveries.owe("comparison", "here", attempt("first"));
    expect(deliveries.owe("comparison", "here", attempt("second"))).toBe(one);
    expect(running).toEqual(["first"]);
    letGo();
    await expect.poll(() => running).toEqual(["first", "first"]);
    letGo();
    expect(await one).toBe(true);
    await deliveries.idle();
  });

  it("is given up after a few tries when nothing says that its fault passes", async () => {
    const { at, attempt } = failing(Number.POSITIVE_INFINITY, refused);
    expect(await quick().owe("result", "here", attempt)).toBe(false);
    expect(at).toHaveLength(5);
  });

  it("is left to the next start when the bot closes, and what is just being tried is waited for", async () => {
    const { running, attempt, letGo } = held();
    const deliveries = new Deliveries({ log, pauses: { firstMs: 60_000, longestMs: 60_000 } });
    const { at, attempt: inVain } = failing(Number.POSITIVE_INFINITY);
    const left = deliveries.owe("resting", "here", inVain);
    await deliveries.idle();
    const done = deliveries.owe("running", "here", attempt("one"));
    const closed = deliveries.close();
    expect(await left).toBe(false);
    expect(await deliveries.owe("late", "here", attempt("late"))).toBe(false);
    letGo();
    await closed;
    expect(await done).toBe(true);
    expect([at.length, running]).toEqual([1, ["one"]]);
  });
});

describe("many deliveries", () => {
  it("go a few at a time, and one place does not hold up the others", async () => {
    const deliveries = quick();
    const order: string[] = [];
    let running = 0;
    let most = 0;
    const owe = (name: string, place: string): Promise<boolean> =>
      deliveries.owe(name, place, async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        order.push(name);
      });
    const all = Array.from({ length: 300 }, (_, n) => owe(`busy ${n}`, "busy"));
    for (let n = 0; n < 20; n++) all.push(owe(`quiet ${n}`, `place ${n}`));
    await Promise.all(all);
    expect(most).toBe(8);
    expect(order.indexOf("quiet 19")).toBeLessThan(40);
    const busy = order.filter((name) => name.startsWith("busy"));
    expect(busy).toEqual(Array.from({ length: 300 }, (_, n) => `busy ${n}`));
  });

  it("are all tried again as soon as one gets through", async () => {
    // The first comes back at once, the others not for an hour.
    const draws = [0];
    const deliveries = new Deliveries({
      log,
      pauses: { firstMs: 20, longestMs: 3_600_000, jitter: () => draws.pop() ?? 1e6 },
    });
    const all = Array.from({ length: 40 }, (_, n) => deliveries.owe(`result ${n}`, `place ${n}`, failing(1).attempt));
    expect(await Promise.all(all)).toEqual(all.map(() => true));
  });
});
