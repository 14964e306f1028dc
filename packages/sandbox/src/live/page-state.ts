/** The world as the page shows it: everything at first, then only what changed. */
import { byAge } from "../clock.ts";
import { messageJson } from "../messages/wire.ts";
import type { Services } from "../rest/services.ts";
import { channelPermissions } from "../world/access.ts";
import type { Change } from "../world/changes.ts";
import type { Channel, Guild, Message, User } from "../world/types.ts";
import { channelJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";
import type { PageChannel, PageCommand, PageMessage, PageState, PageUpdate, PageUser } from "./page-types.ts";
import { type Try, triesJson } from "./tries.ts";

/** Everything, for a page that has just been opened. */
export function pageState({ world, cdn, commands, gateway }: Services, tries: readonly Try[]): PageState {
  const channels = [...world.channels.values()].filter((channel) => isShown(world, channel));
  const messages = channels.flatMap(({ id }) => [...world.messagesOf(id).values()]).sort((a, b) => byAge(a.id, b.id));
  return {
    guild: pageGuild(world),
    strangers: [...world.guilds.values()]
      .filter((guild) => isStranger(world, guild))
      .map(({ id, name }) => ({ id, name })),
    botId: world.application.botId,
    botOnline: gateway.online,
    cdnBase: cdn.base,
    maxUploadBytes: world.maxUploadBytes,
    users: [...world.users.values()].map((user) => pageUser(world, user)),
    roles: [...world.guild.roles.values()].map(({ id, name, color }) => ({ id, name, color })),
    channels: channels.map((channel) => pageChannel(world, channel)),
    messages: messages.map((message) => pageMessage(world, cdn, message)),
    commands: pageCommands(commands),
    tries: triesJson(tries),
  };
}

/** The bot is no member of it. */
const isStranger = ({ application }: World, guild: Guild): boolean => !guild.members.has(application.botId);

/** The page shows the first server, those without the bot, and direct messages. */
const isShown = (world: World, { guildId }: Channel): boolean =>
  guildId === null || guildId === world.guild.id || isStranger(world, world.guildOf(guildId));

const pageGuild = ({ guild: { id, name, preferredLocale } }: World): PageState["guild"] => ({
  id,
  name,
  preferred_locale: preferredLocale,
});

function pageUser(world: World, user: User): PageUser {
  const roles = world.guild.members.get(user.id)?.roleIds.map((id) => world.guild.roles.get(id)!) ?? [];
  const name = user.globalName ?? user.username;
  return {
    id: user.id,
    username: user.username,
    name,
    bot: user.bot,
    color: roles.find(({ color }) => color)?.color ?? 0,
    locale: user.locale,
    hasApp: user.hasApp,
  };
}

/** A channel with what each person may do in it. */
function pageChannel(world: World, channel: Channel): PageChannel {
  const permissions = [...world.users.keys()].map((id) => [id, String(channelPermissions(world, channel, id))]);
  return {
    ...channelJson(world, channel),
    recipient_id: channel.recipientId,
    permissions: Object.fromEntries(permissions),
  } as unknown as PageChannel;
}

const pageCommands = (commands: Services["commands"]): readonly PageCommand[] =>
  commands.all() as unknown as PageCommand[];

/** A message as everybody sees it; the page itself hides what is for one person, and marks that person's reactions. */
function pageMessage(world: World, cdn: Services["cdn"], message: Message): PageMessage {
  const reactors = [...message.reactions.values()].map(({ emoji, userIds }) => ({
    emoji: emoji.name,
    users: [...userIds],
  }));
  const shown = { ...messageJson(world, cdn, message), reactors, ephemeral_for: message.ephemeralFor };
  return shown as unknown as PageMessage;
}

/** What a change means for the page; null when it shows nothing of it. */
export function pageUpdate(services: Services, change: Change): PageUpdate | null {
  const { world, cdn, commands } = services;
  const channel =
    "message" in change
      ? world.channels.get(change.message.channelId)
      : "channel" in change
        ? change.channel
        : undefined;
  if (channel && !isShown(world, channel)) return null;
  switch (change.kind) {
    case "message-created":
    case "message-updated":
    case "reaction-added":
    case "reaction-removed":
    case "reactions-cleared":
    case "reactions-emoji-cleared":
      return { type: "message", message: pageMessage(world, cdn, change.message) };
    case "message-deleted":
      return { type: "message-deleted", id: change.message.id, channel_id: change.message.channelId };
    case "thread-created":
    case "thread-updated":
    case "thread-members":
    case "channel-created":
    case "channel-updated":
      return { type: "channel", channel: pageChannel(world, change.channel) };
    case "thread-deleted":
      return { type: "channel-deleted", id: change.channel.id };
    case "typing":
      return { type: "typing", channel_id: change.channel.id, user_id: change.userId };
    case "commands-registered":
      return { type: "commands", commands: pageCommands(commands) };
    case "bot-presence":
      return { type: "bot", online: change.online };
    case "user-updated":
      return { type: "user", user: pageUser(world, change.user) };
    case "guild-updated":
      return change.guild === world.guild ? { type: "guild", guild: pageGuild(world) } : null;
    // The page has roles from when it was opened.
    case "role-created":
    case "interaction-created":
    case "interaction-changed":
    case "request":
    case "violation":
      break;
  }
  return null;
}
