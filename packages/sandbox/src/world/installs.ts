/** Where an application is at hand: in servers that have it, and wherever those are who installed it for themselves. */
import { type Json, asArray, asObject } from "../json.ts";
import { allowed, sendPermission } from "./access.ts";
import type { Channel, User } from "./types.ts";
import type { World } from "./world.ts";

/** Interaction contexts. */
const CONTEXT = { guild: 0, botDm: 1, privateChannel: 2 } as const;
/** Integration types, as keys of `authorizing_integration_owners`. */
const INSTALL = { guild: "0", user: "1" } as const;

/** In which of Discord's three contexts an interaction in a channel happens. */
export function contextOf({ guildId, recipientId }: Channel): number {
  if (guildId !== null) return CONTEXT.guild;
  return recipientId === null ? CONTEXT.privateChannel : CONTEXT.botDm;
}

/** Whether the bot is in a channel's server, or has it as its own direct channel. */
export const isBotIn = (world: World, channel: Channel): boolean =>
  channel.guildId === null
    ? channel.recipientId !== null
    : world.memberIn(channel, world.application.botId) !== undefined;

/** `authorizing_integration_owners` of what somebody does in a channel, whatever a command supports. */
function ownersIn(world: World, channel: Channel, user: User): Json {
  return {
    ...(isBotIn(world, channel) && { [INSTALL.guild]: channel.guildId ?? "0" }),
    ...(user.hasApp && { [INSTALL.user]: user.id }),
  };
}

/** The same for a command: by what it supports. Empty: the command is not to be seen there. */
export function ownersOf(world: World, channel: Channel, user: User, command: Json): Json {
  const contexts = asArray(command["contexts"] ?? Object.values(CONTEXT));
  if (!contexts.includes(contextOf(channel))) return {};
  const types = asArray(command["integration_types"] ?? [0]).map(String);
  const owners = Object.entries(ownersIn(world, channel, user)).filter(([type]) => types.includes(type));
  return Object.fromEntries(owners);
}

/** Of a button or a menu: whoever authorised the message it is on, whoever presses. */
export function ownersOfMessage(channel: Channel, interaction: Json | null): Json {
  if (interaction) return asObject(interaction["authorizing_integration_owners"]);
  return { [INSTALL.guild]: channel.guildId ?? "0" };
}

/** Whether an application is there by somebody's own installation alone: five follow-ups are all it has then. */
export const isByUserAlone = (owners: Json): boolean => !(INSTALL.guild in owners);

/** Whether its answers are for the person alone, whatever it says: by the server's permissions, where the bot is no member. */
export function isKeptPrivate(world: World, channel: Channel, userId: string): boolean {
  if (channel.guildId === null || isBotIn(world, channel)) return false;
  return !(
    allowed(world, channel, userId, "USE_EXTERNAL_APPS") && allowed(world, channel, userId, sendPermission(channel))
  );
}
