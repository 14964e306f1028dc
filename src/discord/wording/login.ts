/** What the operator of the bot is told when Discord does not let it in, or lets it in no longer. */
import { GatewayCloseCodes as Close } from "discord.js";

const COPY = "Copy it again from https://discord.com/developers/applications > your application > Bot > Reset Token";

const CLOSED: Readonly<Record<number, string>> = {
  [Close.AuthenticationFailed]: `Discord takes DISCORD_TOKEN no longer: it has been reset, or belongs to a bot that was deleted. ${COPY}, put it into .env and start the bot again.`,
  [Close.InvalidShard]:
    "Discord does not serve the bot in as many parts as it was started in (an invalid shard). Set SHARDS=auto, then start it again.",
  [Close.ShardingRequired]:
    "This bot is in more servers than Discord serves over so few connections (sharding is required). Set SHARDS=auto, which needs DATABASE_URL and QUEUE_URL, then start it again: it runs as several processes, each with some servers.",
  [Close.InvalidAPIVersion]:
    "Discord has shut down the version of its gateway that this Atelier speaks. Update Atelier, then start it again.",
  [Close.InvalidIntents]:
    "Discord does not know the events that this Atelier asks for (invalid intents). Update Atelier, then start it again.",
  [Close.DisallowedIntents]:
    "Discord does not let this bot have the events that it asks for (disallowed intents). Atelier asks for no privileged ones: see at https://discord.com/developers/applications whether your application has been restricted.",
};

export const login = {
  missing:
    "DISCORD_TOKEN is not set. Put the bot's token into .env (see .env.example), or run `npm run demo` to try Atelier without a Discord account.",
  refused: `Discord refused DISCORD_TOKEN. ${COPY}.`,
  reset: CLOSED[Close.AuthenticationFailed]!,
  shardsNeedDatabase:
    "SHARDS needs DATABASE_URL: several processes cannot share the database file in DATA_DIR. Set the address of a PostgreSQL database, or leave SHARDS out.",
  shardsNeedQueue:
    "SHARDS needs QUEUE_URL: several processes cannot share one engine. Set the address of the queue, which may be that of the database, and start `atelier worker` where pictures are to be painted; or leave SHARDS out.",
  /** The gateway closed the connection for good. */
  closed: (code: number): string =>
    CLOSED[code] ?? `Discord closed the connection for good (code ${code}). Update Atelier, then start it again.`,
} as const;
