/** Changes of the world as gateway events. */
import type { Cdn } from "../cdn.ts";
import { interactionJson } from "../interactions/payload.ts";
import type { Json } from "../json.ts";
import { isReadable } from "../messages/content-intent.ts";
import { gatewayMessageJson } from "../messages/wire.ts";
import { allowed } from "../world/access.ts";
import type { Change, ReactionChange, ThreadMembersChange } from "../world/changes.ts";
import type { Channel } from "../world/types.ts";
import { isBotIn } from "../world/installs.ts";
import { channelJson, guildJson, memberWithUser, roleJson, threadMemberJson } from "../world/wire.ts";
import type { World } from "../world/world.ts";
import { INTENTS } from "./intents.ts";

export interface GatewayEvent {
  readonly name: string;
  /** `null`: of no guild. */
  readonly guildId: string | null;
  readonly data: Json;
}

/** What one bot session is told of a change: nothing, or one or more events, before intents are looked at. */
export function eventsOf(world: World, cdn: Cdn, change: Change, intents: number): GatewayEvent[] {
  const { botId } = world.application;
  switch (change.kind) {
    case "message-created":
    case "message-updated": {
      const { message } = change;
      const channel = world.channels.get(message.channelId);
      if (message.ephemeralFor || !channel || !seen(world, channel)) return [];
      const withoutContent = !isReadable(world, message, (intents & INTENTS.messageContent) !== 0);
      const isNew = change.kind === "message-created";
      const data = gatewayMessageJson(world, cdn, message, { withoutContent, withNonce: isNew });
      return [event(channel, isNew ? "MESSAGE_CREATE" : "MESSAGE_UPDATE", data)];
    }
    case "message-deleted": {
      const { message } = change;
      const channel = world.channels.get(message.channelId);
      if (message.ephemeralFor || !channel || !seen(world, channel)) return [];
      return [event(channel, "MESSAGE_DELETE", { id: message.id, ...place(channel) })];
    }
    case "reaction-added":
    case "reaction-removed":
      return reactionEvents(world, change);
    case "reactions-cleared":
    case "reactions-emoji-cleared": {
      const { message } = change;
      const channel = world.channel(message.channelId);
      const emoji = change.kind === "reactions-emoji-cleared" ? { emoji: change.emoji } : {};
      const name =
        change.kind === "reactions-cleared" ? "MESSAGE_REACTION_REMOVE_ALL" : "MESSAGE_REACTION_REMOVE_EMOJI";
      return seen(world, channel)
        ? [event(channel, name, { message_id: message.id, ...place(channel), ...emoji })]
        : [];
    }
    case "thread-created":
      return seen(world, change.channel)
        ? [
            event(change.channel, "THREAD_CREATE", {
              ...channelJson(world, change.channel, botId),
              newly_created: true,
            }),
          ]
        : [];
    case "thread-updated":
      return seen(world, change.channel)
        ? [event(change.channel, "THREAD_UPDATE", channelJson(world, change.channel, botId))]
        : [];
    case "thread-deleted": {
      const { id, guildId, parentId, type } = change.channel;
      return [event(change.channel, "THREAD_DELETE", { id, guild_id: guildId, parent_id: parentId, type })];
    }
    case "thread-members":
      return memberEvents(world, change, intents);
    case "channel-created":
    case "channel-updated": {
      if (!isBotIn(world, change.channel)) return [];
      const name = change.kind === "channel-created" ? "CHANNEL_CREATE" : "CHANNEL_UPDATE";
      return [event(change.channel, name, channelJson(world, change.channel))];
    }
    case "guild-updated": {
      const { guild } = change;
      return guild.members.has(botId) ? [{ name: "GUILD_UPDATE", guildId: guild.id, data: guildJson(guild) }] : [];
    }
    case "role-created": {
      const { guild, role } = change;
      return [{ name: "GUILD_ROLE_CREATE", guildId: guild.id, data: { guild_id: guild.id, role: roleJson(role) } }];
    }
    case "typing": {
      const { channel, userId } = change;
      const member = world.memberIn(channel, userId);
      const timestamp = Math.floor(world.clock.now() / 1000);
      const data = { channel_id: channel.id, user_id: userId, timestamp };
      if (userId === botId || !seen(world, channel)) return [];
      const extra =
        channel.guildId && member ? { guild_id: channel.guildId, member: memberWithUser(world, member) } : {};
      return [event(channel, "TYPING_START", { ...data, ...extra })];
    }
    case "interaction-created":
      return [
        event(
          world.channel(change.interaction.channelId),
          "INTERACTION_CREATE",
          interactionJson(world, cdn, change.interaction),
        ),
      ];
    // The rest concerns the page and waiting tests only: of its people's settings the bot is told by what they do.
    case "user-updated":
    case "interaction-changed":
    case "commands-registered":
    case "bot-presence":
    case "request":
    case "violation":
      break;
  }
  return [];
}

const event = (channel: Channel, name: string, data: Json): GatewayEvent => ({
  name,
  guildId: channel.guildId,
  data,
});

const seen = (world: World, channel: Channel): boolean =>
  allowed(world, channel, world.application.botId, "VIEW_CHANNEL");

const place = (channel: Channel): Json => ({
  channel_id: channel.id,
  ...(channel.guildId && { guild_id: channel.guildId }),
});

function reactionEvents(world: World, change: ReactionChange): GatewayEvent[] {
  const { message, emoji, userId } = change;
  const channel = world.channel(message.channelId);
  if (!seen(world, channel) || message.ephemeralFor) return [];
  const added = change.kind === "reaction-added";
  const member = world.memberIn(channel, userId);
  const data = {
    user_id: userId,
    message_id: message.id,
    ...place(channel),
    emoji,
    burst: false,
    type: 0,
    ...(added && { message_author_id: message.authorId }),
    ...(added && channel.guildId && member && { member: memberWithUser(world, member) }),
  };
  return [event(channel, added ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE", data)];
}

function memberEvents(world: World, change: ThreadMembersChange, intents: number): GatewayEvent[] {
  const { channel, added, removed } = change;
  const { botId } = world.application;
  const concernsBot = [...added, ...removed].includes(botId);
  if (!seen(world, channel) || (!concernsBot && (intents & INTENTS.guildMembers) === 0)) return [];
  const data = {
    id: channel.id,
    guild_id: channel.guildId,
    member_count: Math.min(channel.thread?.members.size ?? 0, 50),
    ...(added.length > 0 && {
      added_members: added.map((userId) => ({ ...threadMemberJson(world, channel, userId), presence: null })),
    }),
    ...(removed.length > 0 && { removed_member_ids: removed }),
  };
  return [event(channel, "THREAD_MEMBERS_UPDATE", data)];
}
