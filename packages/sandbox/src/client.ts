/** A discord.js client against the sandbox, for tests that need no more of a bot. */
import { Client, type ClientOptions, Events, GatewayIntentBits, Partials } from "discord.js";

import type { DiscordSandbox } from "./sandbox.ts";

/** What a client needs to see guilds, messages and reactions; none of them is privileged. */
const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
];

/** A client that is not logged in yet. */
export const makeClient = (discord: DiscordSandbox, options: Partial<ClientOptions> = {}): Client =>
  new Client({
    intents: INTENTS,
    partials: [Partials.Message, Partials.Reaction, Partials.Channel, Partials.User],
    allowedMentions: { parse: [] },
    enforceNonce: true,
    ...options,
    rest: { api: discord.apiBase, cdn: discord.cdnBase, ...options.rest },
  });

/** Logs a client in; resolves when it is ready. Its owner destroys it. */
export async function connectClient(
  discord: DiscordSandbox,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = makeClient(discord, options);
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.botToken);
  await ready;
  return client as Client<true>;
}
