/** Faults in the answers of Discord's REST interface and of its CDN. */
import { setTimeout as sleep } from "node:timers/promises";

import type { CdnFault, Fault } from "@atelier/sandbox";

import type { Draw, Weighted } from "../../draw.ts";
import type { FaultKind } from "./fault-kind.ts";

const POST = "POST /channels/:id/messages";
const ACK = "POST /interactions/:id/:token/callback";
const THREAD = "POST /channels/:id/messages/:id/threads";
const ANSWER = "PATCH /webhooks/:id/:token/messages/:id";

const ROUTES: Weighted<string> = [
  [6, "*"],
  [5, POST],
  [4, "PATCH /channels/:id/messages/:id"],
  [3, ANSWER],
  [2, THREAD],
  [2, ACK],
  [1, "POST /webhooks/:id/:token"],
  [1, "DELETE /webhooks/:id/:token/messages/:id"],
  [1, "DELETE /channels/:id/messages/:id"],
  [1, "PUT /channels/:id/messages/:id/reactions/:emoji/@me"],
  [1, "GET /channels/:id/messages/:id/reactions/:emoji"],
  [1, "GET /channels/:id"],
];

type Effect = Omit<Fault, "route" | "times" | "when">;

/** What passes, on whatever route. */
const PASSING: Weighted<(draw: Draw) => Effect> = [
  [4, () => ({ status: 500 })],
  [3, () => ({ status: 502, proxy: true })],
  [2, () => ({ status: 503 })],
  [1, () => ({ status: 504, proxy: true })],
  [4, (draw) => ({ status: 429, retryAfter: draw.between(0.1, 2) })],
  [1, (draw) => ({ status: 429, retryAfter: draw.between(0.1, 2), global: true })],
  [3, () => ({ reset: true })],
  [4, () => ({ reset: true, afterHandling: true })],
  [3, (draw) => ({ delayMs: draw.between(100, 4000) })],
  [3, (draw) => ({ delayMs: draw.between(100, 4000), afterHandling: true })],
  [2, () => ({ status: 502, proxy: true, afterHandling: true })],
];

const hasFile = ({ body }: { readonly body: unknown }): boolean => JSON.stringify(body ?? "").includes('"filename"');

/** Refusals that only make sense on their route. */
const REFUSALS: Weighted<Omit<Fault, "times">> = [
  [2, { route: THREAD, status: 403, code: 50_013 }],
  [1, { route: THREAD, status: 400, code: 160_006 }],
  [3, { route: POST, status: 413, code: 40_005, when: hasFile }],
  [2, { route: ANSWER, status: 401, code: 50_027 }],
  [2, { route: ACK, status: 404, code: 10_062 }],
];

/** The first thing that a bot asks for: each refusal doubles its pause before the next try, and no fault meets it meanwhile. */
const isEntrance = ({ path }: { readonly path: string }): boolean => path === "/gateway/bot";
const ENTRANCE_CHANCE = 0.1;

const LASTS_MS = [500, 6000] as const;

const describe = ({ route, when: _when, ...effect }: Fault): string => `${route} ${JSON.stringify(effect)}`;

const rest = (name: string, choose: (draw: Draw) => Fault): FaultKind => ({
  name,
  async strike({ discord }, draw) {
    const fault = choose(draw);
    let met = 0;
    const when: Fault["when"] = (request) => {
      if (isEntrance(request) && !draw.chance(ENTRANCE_CHANCE)) return false;
      return (fault.when?.(request) ?? true) && ++met > 0;
    };
    const remove = discord.faults.add({ ...fault, when });
    await sleep(draw.between(...LASTS_MS));
    remove();
    return met === 0 ? null : `${describe(fault)}, met ${met} times`;
  },
});

export const passing = rest("REST", (draw) => ({
  route: draw.weighted(ROUTES),
  times: draw.whole(1, 4),
  ...draw.weighted(PASSING)(draw),
}));

export const refusal = rest("REST refuses", (draw) => ({ times: draw.whole(1, 2), ...draw.weighted(REFUSALS) }));

const isByToken = ({ path }: { readonly path: string }): boolean => !/^\/(webhooks|interactions|users)\//.test(path);

/** Discord refuses the bot's token once, by mistake. When it does so twice, or to a bot that logs in, it is meant. */
export const unauthorised: FaultKind = {
  name: "REST 401",
  async strike({ discord, keeper }, draw) {
    if (keeper.pid === null) return null;
    let met = 0;
    const remove = discord.faults.add({
      route: "*",
      times: 1,
      status: 401,
      when: (request) => keeper.pid !== null && isByToken(request) && ++met > 0,
    });
    await sleep(draw.between(...LASTS_MS));
    remove();
    return met === 0 ? null : "REST 401";
  },
};

/** Nothing gets through for a while. */
export const outage: FaultKind = {
  name: "REST outage",
  async strike({ discord }, draw) {
    const fault: Fault = {
      route: draw.chance(0.5) ? "*" : POST,
      ...(draw.chance(0.7) ? { status: 502, proxy: true } : { reset: true }),
    };
    const seconds = draw.between(2, 10);
    const remove = discord.faults.add(fault);
    await sleep(seconds * 1000);
    remove();
    return `${describe(fault)} for ${seconds.toFixed(1)} s`;
  },
};

const CDN: Weighted<CdnFault> = [
  [2, { stall: true }],
  [2, { delayMs: 2000 }],
  [1, { status: 404 }],
  [2, { status: 500 }],
  [1, { html: "<html>Sorry</html>" }],
];

export const cdn: FaultKind = {
  name: "CDN",
  async strike({ discord }, draw) {
    if (discord.cdn.fault) return null;
    discord.cdn.fault = draw.weighted(CDN);
    const words = `CDN ${JSON.stringify(discord.cdn.fault)}`;
    await sleep(draw.between(300, 2500));
    discord.cdn.fault = null;
    return words;
  },
};
