/** The Discord client as this bot needs it, and its way in. */
import { Client, Events, GatewayIntentBits, Options, Partials, type RateLimitData, Routes } from "discord.js";

import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { retrying } from "../retry.ts";
import { isPassing, isUnauthorised } from "./discord-error.ts";
import { login } from "./wording/login.ts";

/** discord.js gives up after 15 s, too soon for a large picture on a slow line. */
const REST_TIMEOUT_MS = 60_000;
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

/** No privileged intent: interactions bring their own content, results are the bot's own messages. */
export function createClient(config: Config, log: Logger, restTimeoutMs = REST_TIMEOUT_MS): Client {
  const client = new Client({
    // Messages are asked for because their deletion is told with them; without the content intent they come empty.
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildMessageReactions],
    partials: [Partials.Message, Partials.Reaction, Partials.User],
    allowedMentions: { parse: [] },
    // An upload on a slow line may run into the timeout and be sent again: the nonce keeps it from appearing twice.
    enforceNonce: true,
    rest: {
      api: config.DISCORD_API_BASE,
      cdn: config.DISCORD_CDN_BASE,
      timeout: restTimeoutMs,
      rejectOnRateLimit: isNotWaitedFor,
    },
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0, ReactionManager: 0 }),
  });
  client.on(Events.Error, (error) => log.error({ err: error }, "Discord client error"));
  client.on(Events.Warn, (message) => log.warn(message));
  client.on(Events.ShardReconnecting, () => log.info("the connection to Discord broke, reconnecting"));
  client.on(Events.ShardResume, () => log.info("connected to Discord again"));
  client.rest.on("rateLimited", (info) => log.debug({ route: info.route, forMs: info.timeToReset }, "rate limited"));
  return client;
}

/**
 * Logs in, waiting for Discord where it cannot be reached: 1 s, 2 s, 4 s, … up to a minute.
 *
 * @throws UserError `token-refused` when the token is wrong
 */
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
  return retrying(() => Promise.race([enter(), stopped]), {
    pauses: LOGIN_PAUSES,
    mayPass: (error) => isPassing(error) && !isUnauthorised(error),
    signal,
    onRetry: ({ delayMs, reason }) =>
      log.warn({ err: reason, seconds: delayMs / 1000 }, "Discord cannot be reached, trying again"),
  }).catch((error: unknown) => {
    throw isUnauthorised(error) ? new UserError("token-refused", login.refused, { cause: error }) : error;
  });
}
