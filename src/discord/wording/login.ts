/** What the operator of the bot is told when Discord does not let it in, or lets it in no longer. */
import { GatewayCloseCodes as Close } from "discord.js";

const COPY = "Copy it again from https://discord.com/developers/applications > your application > Bot > Reset Token";

const CLOSED: Readonly<Record<number, string>> = {
  [Close.AuthenticationFailed]: `Discord takes DISCORD_TOKEN no longer: it has been reset, or belongs to a bot that was deleted. ${COPY}, put it into .env and start the bot again.`,
  [Close.InvalidShard]:
    "Discord takes this bot only in parts (an invalid shard), which Atelier cannot be run in. Please report this, with the number of servers that the bot is in.",
  [Close.ShardingRequired]:
    "This bot is in more servers than Discord serves over one connection (sharding is required), and Atelier has only one. Take it out of some servers, or run a second bot with a token and a DATA_DIR of its own.",
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
  /** The gateway closed the connection for good. */
  closed: (code: number): string =>
    CLOSED[code] ?? `Discord closed the connection for good (code ${code}). Update Atelier, then start it again.`,
} as const;
