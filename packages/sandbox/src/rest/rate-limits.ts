/** Rate limits: a bucket per route and channel, guild or webhook, and the global one. */
import { createHash } from "node:crypto";

import type { Json } from "../json.ts";

interface Limit {
  readonly requests: number;
  readonly seconds: number;
}

/** Discord's own figures are not published; these are the ones commonly observed. */
const LIMITS: Readonly<Record<string, Limit>> = {
  "POST /channels/:channel/messages": { requests: 5, seconds: 5 },
  "PATCH /channels/:channel/messages/:message": { requests: 5, seconds: 5 },
  "DELETE /channels/:channel/messages/:message": { requests: 5, seconds: 1 },
  "PUT /channels/:channel/messages/:message/reactions/:emoji/@me": { requests: 1, seconds: 0.25 },
  "DELETE /channels/:channel/messages/:message/reactions/:emoji/@me": { requests: 1, seconds: 0.25 },
  "DELETE /channels/:channel/messages/:message/reactions/:emoji/:user": { requests: 1, seconds: 0.25 },
  "POST /webhooks/:application/:token": { requests: 5, seconds: 2 },
  "PATCH /webhooks/:application/:token/messages/:message": { requests: 5, seconds: 2 },
  "POST /users/@me/channels": { requests: 10, seconds: 10 },
};

const DEFAULT_LIMIT: Limit = { requests: 50, seconds: 1 };
const GLOBAL_LIMIT: Limit = { requests: 50, seconds: 1 };

class Bucket {
  readonly limit: Limit;
  #used = 0;
  #resetAt = 0;

  constructor(limit: Limit) {
    this.limit = limit;
  }

  /** Whether one more request fits at `now` (ms); counts it when it does. */
  take(now: number): boolean {
    if (now >= this.#resetAt) {
      this.#used = 0;
      this.#resetAt = now + this.limit.seconds * 1000;
    }
    if (this.#used >= this.limit.requests) return false;
    this.#used += 1;
    return true;
  }

  get remaining(): number {
    return this.limit.requests - this.#used;
  }

  resetAfter(now: number): number {
    return Math.max(0, this.#resetAt - now) / 1000;
  }

  get resetAt(): number {
    return this.#resetAt / 1000;
  }
}

export interface RateLimitVerdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the request is refused. */
  readonly refusal: Json | null;
}

export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  #global = new Bucket(GLOBAL_LIMIT);

  /** `major`: the channel, guild or webhook that the bucket belongs to. `global`: counts against the global limit. */
  take(route: string, major: string, global: boolean): RateLimitVerdict {
    const now = Date.now();
    if (global && !this.#global.take(now)) return refusal(this.#global.resetAfter(now), "global", true);
    const key = `${route} ${major}`;
    const bucket = this.#buckets.get(key) ?? new Bucket(LIMITS[route] ?? DEFAULT_LIMIT);
    this.#buckets.set(key, bucket);
    const fits = bucket.take(now);
    const headers = {
      "x-ratelimit-limit": String(bucket.limit.requests),
      "x-ratelimit-remaining": String(bucket.remaining),
      "x-ratelimit-reset": bucket.resetAt.toFixed(3),
      "x-ratelimit-reset-after": bucket.resetAfter(now).toFixed(3),
      "x-ratelimit-bucket": createHash("md5").update(route).digest("hex"),
    };
    if (fits) return { headers, refusal: null };
    const refused = refusal(bucket.resetAfter(now), "user", false);
    return { ...refused, headers: { ...headers, ...refused.headers } };
  }
}

/** What a 429 says. `scope`: user, global or shared. */
export function refusal(seconds: number, scope: string, global: boolean): RateLimitVerdict & { refusal: Json } {
  return {
    headers: {
      "retry-after": String(Math.ceil(seconds)),
      "x-ratelimit-scope": scope,
      ...(global && { "x-ratelimit-global": "true" }),
    },
    refusal: { message: "You are being rate limited.", retry_after: Number(seconds.toFixed(3)), global },
  };
}
