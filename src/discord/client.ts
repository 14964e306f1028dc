/** The Discord client as this bot needs it, and its way in. */
import { Client, Events, GatewayIntentBits, type RateLimitData, Routes } from "discord.js";

import { type Config, DISCORD_API, DISCORD_CDN } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { retrying } from "../retry.ts";
import { type Seat, WHOLE } from "../shard.ts";
import { limitedCaches } from "./caches.ts";
import { isPassing, isUnauthorised } from "./discord-error.ts";
import { refuseLateRepeats } from "./late-repeats.ts";
import { login } from "./wording/login.ts";

/** discord.js gives up after 15 s, too soon for a large picture on a slow line. */
const REST_TIMEOUT_MS = 60_000;
/** Discord's limit for a token, but for what answers interactions. */
const REQUESTS_PER_SECOND = 50;
/** Before Discord is asked again to let the bot in. */
const LOGIN_PAUSES = { firstMs: 1000, longestMs: 60_000 };

/** An edit that has to wait for longer is one of a message that is over an hour old (30046): there is a fresh one sooner. */
const LONGEST_WAIT_FOR_EDIT_MS = 15_000;

/**
 * discord.js sits rate limits out by itself. Not so those without a time to wait for, as Discord's doorkeeper has them:
 * it would ask again at once, for ever.
 */
function isNotWaitedFor({ method, route, retryAfter }: RateLimitData): boolean {
  if (!(retryAfter > 0)) return true;
  return method === "PATCH" && route === "/channels/:id/messages/:id" && retryAfter > LONGEST_WAIT_FOR_EDIT_MS;
}

export interface ClientOptions {
  /** How long one request may take before it is sent again. */
  readonly restTimeoutMs?: number | undefined;
  /** Of one of several processes. */
  readonly seat?: Seat | undefined;
}

/** No privileged intent: interactions bring their own content, results are the bot's own messages. */
export function createClient(config: Config, log: Logger, { restTimeoutMs, seat }: ClientOptions = {}): Client {
  const { id, count } = seat?.shard ?? WHOLE;
  const client: Client = new Client({
    // Messages are asked for because their deletion is told with them; without the content intent they come empty.
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessageReactions],
    allowedMentions: { parse: [] },
    // An upload on a slow line may run into the timeout and be sent again: the nonce keeps it from appearing twice.
    enforceNonce: true,
    // Said in any case: discord.js would take it from the environment, where the same name is a setting.
    shards: [id],
    shardCount: count,
    ...(seat && {
      ws: {
        buildIdentifyThrottler: async () => ({
          waitForIdentify: (_shard: number, signal: AbortSignal) => seat.mayIdentify(signal),
        }),
      },
    }),
    rest: {
      api: config.DISCORD_API_BASE,
      cdn: config.DISCORD_CDN_BASE,
      // Discord has moving stickers on another host than everything else; another CDN has all in one place.
      ...(config.DISCORD_CDN_BASE !== DISCORD_CDN && { mediaProxy: config.DISCORD_CDN_BASE }),
      timeout: restTimeoutMs ?? REST_TIMEOUT_MS,
      globalRequestsPerSecond: requestsPerSecond(config, count),
      rejectOnRateLimit: isNotWaitedFor,
      makeRequest: refuseLateRepeats(),
    },
    makeCache: limitedCaches(() => client),
  });
  client.on(Events.Error, (error) => log.error({ err: error }, "Discord client error"));
  client.on(Events.Warn, (message) => log.warn(message));
  client.on(Events.ShardReconnecting, () => log.info("the connection to Discord broke, reconnecting"));
  client.on(Events.ShardResume, () => log.info("connected to Discord again"));
  client.rest.on("rateLimited", (info) => log.debug({ route: info.route, forMs: info.timeToReset }, "rate limited"));
  return client;
}

/** Discord counts a token's requests, whichever process sends them. A proxy between them counts by itself. */
const requestsPerSecond = ({ DISCORD_API_BASE }: Pick<Config, "DISCORD_API_BASE">, processes: number): number =>
  DISCORD_API_BASE === DISCORD_API ? Math.max(1, Math.floor(REQUESTS_PER_SECOND / processes)) : REQUESTS_PER_SECOND;

/** Logs in, waiting for Discord where it cannot be reached. @throws UserError `token-refused` when the token is wrong */
export async function connect(client: Client, token: string, log: Logger, signal?: AbortSignal): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => {
    client.once(Events.ClientReady, resolve);
  });
  const stopped = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  stopped.catch(() => undefined);
  const enter = async (): Promise<Client<true>> => {
    // Asked here first: when `login` itself fails, it takes the whole client down.
    client.rest.setToken(token);
    await client.rest.get(Routes.gatewayBot());
    await client.login(token);
    return ready;
  };
  return reachDiscord(() => Promise.race([enter(), stopped]), log, signal);
}

/**
 * Asks something of Discord, again and again where it cannot be reached: after 1 s, 2 s, 4 s, … up to a minute.
 *
 * @throws UserError `token-refused` when the token is wrong
 */
export function reachDiscord<T>(ask: () => Promise<T>, log: Logger, signal?: AbortSignal): Promise<T> {
  return retrying(ask, {
    pauses: LOGIN_PAUSES,
    mayPass: (error) => isPassing(error) && !isUnauthorised(error),
    signal,
    onRetry: ({ delayMs, reason }) =>
      log.warn({ err: reason, seconds: delayMs / 1000 }, "Discord cannot be reached, trying again"),
  }).catch((error: unknown) => {
    throw isUnauthorised(error) ? new UserError("token-refused", login.refused, { cause: error }) : error;
  });
}
