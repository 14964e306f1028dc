/** Servers: the one that everybody has, and any number more, made without a request. */
import { DEFAULT_LOCALE, type Locale } from "../../page/locales.js";
import { snowflakeAt } from "../clock.ts";
import { BOT_PERMISSIONS, EVERYONE_PERMISSIONS, MODERATOR_PERMISSIONS } from "../permissions.ts";
import { CHANNEL_TYPE, type Channel, type Guild, type Member, type Role, type User } from "./types.ts";
import type { World } from "./world.ts";

const DAY = 86_400_000;
/** Servers are made this far in the past, a millisecond apart. */
const AGE = 60 * DAY;
/** A multiple of every number up to ten: the first server is of the first shard, however many there are. */
const ALIGNED_MS = 2520;

export interface GuildParts {
  readonly name: string;
  readonly at: number;
  /** The first one is the guild's own. */
  readonly nextId: () => string;
  /** The first owns it; `mo` moderates it. The bot may be among them. */
  readonly users: readonly User[];
  /** Roles beyond those of everybody, the moderators and the bot. */
  readonly moreRoles?: number;
}

/** A server with its roles and members, and no channel. */
export function makeGuild({ name, at, nextId, users, moreRoles = 0 }: GuildParts): Guild {
  const guildId = nextId();
  const role = (name: string, permissions: bigint, position: number, extra: Partial<Role> = {}): Role => ({
    id: nextId(),
    name,
    permissions,
    position,
    color: 0,
    mentionable: false,
    managed: false,
    ...extra,
  });
  const bot = users.find(({ bot }) => bot);
  const everyone: Role = { ...role("@everyone", EVERYONE_PERMISSIONS, 0), id: guildId };
  const moderator = role("Moderator", MODERATOR_PERMISSIONS, 1, { color: 0x2e_cc_71, mentionable: true });
  const botRoles = bot ? [role(bot.username, BOT_PERMISSIONS, 2, { color: 0xe9_a2_3b, managed: true })] : [];
  const more = Array.from({ length: moreRoles }, (_, n) => role(`Role ${n + 1}`, 0n, n + 3));
  const member = (user: User): Member => ({
    userId: user.id,
    roleIds: user.bot ? botRoles.map(({ id }) => id) : user.username === "mo" ? [moderator.id] : [],
    joinedAt: at + DAY,
  });
  return {
    id: guildId,
    name,
    ownerId: users[0]!.id,
    preferredLocale: DEFAULT_LOCALE,
    roles: new Map([everyone, moderator, ...botRoles, ...more].map((role) => [role.id, role])),
    members: new Map(users.map((user) => [user.id, member(user)])),
  };
}

/** Makes a role above all that there are; it allows nothing. */
export function addRole(world: World, guild: Guild, name: string): Role {
  const position = Math.max(...[...guild.roles.values()].map((role) => role.position)) + 1;
  const rest = { permissions: 0n, color: 0, mentionable: false, managed: false };
  const role: Role = { id: world.clock.snowflake(), name, position, ...rest };
  guild.roles.set(role.id, role);
  world.tell({ kind: "role-created", guild, role });
  return role;
}

/** Sets the language that a server prefers. */
export function setPreferredLocale(world: World, guild: Guild, locale: Locale): void {
  guild.preferredLocale = locale;
  world.tell({ kind: "guild-updated", guild });
}

export function textChannel(
  guildId: string,
  id: string,
  name: string,
  topic: string | null,
  position: number,
): Channel {
  return {
    id,
    type: CHANNEL_TYPE.text,
    guildId,
    name,
    parentId: null,
    topic,
    position,
    overwrites: [],
    recipientId: null,
    lastMessageId: null,
    thread: null,
    rateLimitPerUser: 0,
  };
}

/** Makes a server with everybody but the bot, and one channel, `general`. Nothing of it is told to the bot. */
export function addGuildWithoutBot(world: World, name: string): Guild {
  const users = [...world.users.values()].filter(({ bot }) => !bot);
  const guild = makeGuild({ name, at: world.startedAt - AGE, nextId: () => world.clock.snowflake(), users });
  world.guilds.set(guild.id, guild);
  const channel = textChannel(guild.id, world.clock.snowflake(), "general", null, 0);
  world.channels.set(channel.id, channel);
  return guild;
}

export interface MoreGuilds {
  /** How many. */
  readonly count: number;
  /** Of each; the first is `general`. */
  readonly channels: number;
  /** Of each, those of everybody, the moderators and the bot among them. */
  readonly roles: number;
}

/**
 * Makes servers in which everybody is, and tells no connection of them: those that identify from now on have them. The
 * n-th of all that were made, from 0, is of shard n mod the number of shards, up to ten shards.
 */
export function addGuilds(world: World, { count, channels, roles }: MoreGuilds): Guild[] {
  const users = [...world.users.values()];
  const aligned = Math.floor((world.startedAt - AGE) / ALIGNED_MS) * ALIGNED_MS;
  return Array.from({ length: count }, () => {
    const number = world.guilds.size - 1;
    const at = aligned + number;
    let sequence = 0;
    const nextId = (): string => snowflakeAt(at, sequence++);
    const guild = makeGuild({ name: `Server ${number + 1}`, at, nextId, users, moreRoles: Math.max(0, roles - 3) });
    world.guilds.set(guild.id, guild);
    for (let position = 0; position < channels; position++) {
      const name = position === 0 ? "general" : `channel-${position + 1}`;
      const channel = textChannel(guild.id, nextId(), name, null, position);
      world.channels.set(channel.id, channel);
    }
    return guild;
  });
}
