/** Users, members, roles, channels and the guild as Discord's JSON. */
import type { Clock } from "../clock.ts";
import type { Json } from "../json.ts";
import { channelPermissions } from "./access.ts";
import { type Channel, CHANNEL_TYPE, type Guild, type Member, type Role, type User } from "./types.ts";
import type { World } from "./world.ts";

export const userJson = (user: User): Json => ({
  id: user.id,
  username: user.username,
  discriminator: user.bot ? "0001" : "0",
  global_name: user.globalName,
  avatar: user.avatar,
  avatar_decoration_data: null,
  collectibles: null,
  primary_guild: null,
  banner: null,
  accent_color: null,
  public_flags: 0,
  flags: 0,
  ...(user.bot && { bot: true }),
});

export const memberJson = (member: Member, clock: Clock): Json => ({
  nick: null,
  avatar: null,
  banner: null,
  roles: [...member.roleIds],
  joined_at: clock.iso(member.joinedAt),
  premium_since: null,
  deaf: false,
  mute: false,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
});

export const memberWithUser = (world: World, member: Member): Json => ({
  ...memberJson(member, world.clock),
  user: userJson(world.user(member.userId)),
});

export const roleJson = (role: Role): Json => ({
  id: role.id,
  name: role.name,
  color: role.color,
  colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  position: role.position,
  permissions: String(role.permissions),
  managed: role.managed,
  mentionable: role.mentionable,
  flags: 0,
});

/** A channel, a thread or a direct message. `forUser`: whose thread membership and permissions are told with it. */
export function channelJson(world: World, channel: Channel, forUser?: string): Json {
  const { thread } = channel;
  if (channel.guildId === null) {
    const others = channel.peopleIds?.filter((id) => id !== forUser) ?? [channel.recipientId!];
    return {
      id: channel.id,
      type: channel.type,
      last_message_id: channel.lastMessageId,
      flags: 0,
      recipients: others.map((id) => userJson(world.user(id))),
      ...(channel.type === CHANNEL_TYPE.groupDm && { name: null, icon: null, owner_id: channel.peopleIds![0] }),
    };
  }
  const shared = {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    last_message_id: channel.lastMessageId,
    rate_limit_per_user: channel.rateLimitPerUser,
    flags: 0,
  };
  if (!thread)
    return {
      ...shared,
      topic: channel.topic,
      position: channel.position,
      nsfw: channel.ageRestricted ?? false,
      permission_overwrites: channel.overwrites.map(({ id, type, allow, deny }) => ({
        id,
        type,
        allow: String(allow),
        deny: String(deny),
      })),
    };
  return {
    ...shared,
    owner_id: thread.ownerId,
    member_count: Math.min(thread.members.size, 50),
    message_count: thread.messageCount,
    total_message_sent: thread.totalMessageSent,
    thread_metadata: {
      archived: thread.archived,
      archive_timestamp: world.clock.iso(thread.archivedChangedAt),
      auto_archive_duration: thread.autoArchiveMinutes,
      locked: thread.locked,
      create_timestamp: world.clock.iso(thread.createdAt),
    },
    ...(forUser && thread.members.has(forUser) && { member: threadMemberJson(world, channel, forUser) }),
  };
}

/** A channel inside an interaction: with the person's permissions in it. */
export const resolvedChannelJson = (world: World, channel: Channel, userId: string): Json => ({
  ...channelJson(world, channel, userId),
  permissions: String(channelPermissions(world, channel, userId)),
});

export const threadMemberJson = (world: World, channel: Channel, userId: string): Json => ({
  id: channel.id,
  user_id: userId,
  join_timestamp: world.clock.iso(channel.thread!.members.get(userId) ?? world.clock.now()),
  flags: 0,
});

export const guildJson = (guild: Guild): Json => ({
  id: guild.id,
  name: guild.name,
  icon: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  owner_id: guild.ownerId,
  region: "us-west",
  afk_channel_id: null,
  afk_timeout: 300,
  verification_level: 0,
  default_message_notifications: 1,
  explicit_content_filter: 0,
  roles: [...guild.roles.values()].map(roleJson),
  emojis: [],
  stickers: [],
  features: [],
  mfa_level: 0,
  application_id: null,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  max_members: 500_000,
  max_video_channel_users: 25,
  vanity_url_code: null,
  premium_tier: 0,
  premium_subscription_count: 0,
  premium_progress_bar_enabled: false,
  preferred_locale: guild.preferredLocale,
  nsfw: false,
  nsfw_level: 0,
  home_header: null,
  hub_type: null,
  incidents_data: null,
});

/** What GUILD_CREATE says. Without the members intent only the bot's own membership comes with it. */
export function guildCreateJson(world: World, guild: Guild, channels: readonly Channel[], allMembers: boolean): Json {
  const members = [...guild.members.values()].filter(({ userId }) => allMembers || userId === world.application.botId);
  const { botId } = world.application;
  return {
    ...guildJson(guild),
    joined_at: world.clock.iso(guild.members.get(botId)!.joinedAt),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: members.map((member) => memberWithUser(world, member)),
    channels: channels.filter(({ thread }) => !thread).map((channel) => channelJson(world, channel)),
    threads: channels
      .filter(({ thread }) => thread && !thread.archived)
      .map((channel) => channelJson(world, channel, botId)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
