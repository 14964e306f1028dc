/** Whether the token is one, whose it is, and what the bot may do where it has been invited. */
import { PermissionFlagsBits, PermissionsBitField } from "discord.js";
import { z } from "zod";

import type { Config } from "../../config.ts";
import { messageOf } from "../../errors.ts";
import { fault, note, ok, type Finding } from "./finding.ts";

const PORTAL = "https://discord.com/developers/applications";
const RESET = `Copy it again from ${PORTAL} > your application > Bot > Reset Token.`;

/** What the bot needs in a server, by Discord's own names. */
const NEEDED = {
  "View Channels": PermissionFlagsBits.ViewChannel,
  "Send Messages": PermissionFlagsBits.SendMessages,
  "Create Public Threads": PermissionFlagsBits.CreatePublicThreads,
  "Send Messages in Threads": PermissionFlagsBits.SendMessagesInThreads,
  "Embed Links": PermissionFlagsBits.EmbedLinks,
  "Attach Files": PermissionFlagsBits.AttachFiles,
  "Add Reactions": PermissionFlagsBits.AddReactions,
  "Read Message History": PermissionFlagsBits.ReadMessageHistory,
} as const;

const userSchema = z.object({ username: z.string() });
const applicationSchema = z.object({ id: z.string() });
const guildsSchema = z.array(z.object({ name: z.string(), owner: z.boolean(), permissions: z.string() }));

export async function examineDiscord(config: Pick<Config, "DISCORD_TOKEN" | "DISCORD_API_BASE">): Promise<Finding[]> {
  const token = config.DISCORD_TOKEN;
  if (!token) {
    const advice = `Create a bot at ${PORTAL} and put its token into .env; or run npm run demo, which needs none.`;
    return [note("DISCORD_TOKEN is not set: the bot cannot start, the terminal commands can", advice)];
  }
  const shape = examineToken(token);
  if (shape !== null) return [shape];
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${config.DISCORD_API_BASE}/v10${path}`, {
      headers: { authorization: `Bot ${token}`, "user-agent": "DiscordBot (atelier, 0.1)" },
      signal: AbortSignal.timeout(15_000),
    });
    if (response.status === 401) throw new TokenRefused();
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.json();
  };
  try {
    const user = userSchema.parse(await ask("/users/@me"));
    const application = applicationSchema.parse(await ask("/applications/@me"));
    const guilds = guildsSchema.parse(await ask("/users/@me/guilds"));
    return [
      ok(`the token is that of ${user.username}`),
      ok("no privileged intent is needed"),
      ...examineGuilds(guilds, inviteUrl(application.id)),
    ];
  } catch (error) {
    if (error instanceof TokenRefused) return [fault("Discord refuses DISCORD_TOKEN", RESET)];
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return [
      fault(`Discord cannot be asked at ${config.DISCORD_API_BASE} (${messageOf(cause)})`, "Is this machine online?"),
    ];
  }
}

class TokenRefused extends Error {}

/** What is wrong with the looks of a token; `null` where it looks right. The token itself is never shown. */
export function examineToken(token: string): Finding | null {
  if (/^["'].*["']$/.test(token)) return fault("DISCORD_TOKEN has quotation marks around it", "Take them away.");
  if (/^Bot\s/i.test(token)) return fault("DISCORD_TOKEN begins with the word Bot", "Leave the word out.");
  if (/\s/.test(token)) return fault("DISCORD_TOKEN has a space or a line break in it", RESET);
  if (/^[\w-]{32}$/.test(token))
    return fault("DISCORD_TOKEN looks like the client secret", `The token is elsewhere. ${RESET}`);
  if (/^\d{15,20}$/.test(token))
    return fault("DISCORD_TOKEN looks like the application's id", `The token is elsewhere. ${RESET}`);
  if (/^[0-9a-f]{64}$/.test(token))
    return fault("DISCORD_TOKEN looks like the public key", `The token is elsewhere. ${RESET}`);
  const [id = "", time = "", secret = "", ...more] = token.split(".");
  const ownId = Buffer.from(id, "base64url").toString("latin1");
  const right = more.length === 0 && /^\d{15,20}$/.test(ownId) && time.length >= 5 && secret.length >= 27;
  return right && /^[\w.-]+$/.test(token) ? null : fault("DISCORD_TOKEN does not look like a bot's token", RESET);
}

/** The address that invites the bot with all that it needs and nothing more. */
export function inviteUrl(applicationId: string): string {
  const permissions = new PermissionsBitField(Object.values(NEEDED)).bitfield;
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: "bot applications.commands",
    permissions: String(permissions),
  });
  return `https://discord.com/oauth2/authorize?${query.toString()}`;
}

function examineGuilds(guilds: z.infer<typeof guildsSchema>, invite: string): Finding[] {
  if (guilds.length === 0) return [note("the bot is in no server yet", `Invite it: ${invite}`)];
  const lacking = guilds.flatMap(({ name, owner, permissions }): Finding[] => {
    const has = new PermissionsBitField(BigInt(permissions));
    const missing = Object.entries(NEEDED).filter(([, bit]) => !owner && !has.has(bit));
    if (missing.length === 0) return [];
    return [
      fault(`in ${name} the bot lacks ${missing.map(([word]) => word).join(", ")}`, `Invite it again: ${invite}`),
    ];
  });
  const count = guilds.length === 1 ? "one server" : `${guilds.length} servers`;
  return lacking.length > 0
    ? lacking
    : [ok(`it is in ${count} and may do there what it needs`), note(`invite it with ${invite}`)];
}
