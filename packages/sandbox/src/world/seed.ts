/** The server a new sandbox starts with: four people, two channels, the bot with its recommended permissions. */
import { randomBytes } from "node:crypto";

import { Clock } from "../clock.ts";
import { BOT_PERMISSIONS, EVERYONE_PERMISSIONS, MODERATOR_PERMISSIONS } from "../permissions.ts";
import { CHANNEL_TYPE, type Channel, type Guild, type Member, type Role, type User } from "./types.ts";
import { type Application, World } from "./world.ts";

const DAY = 86_400_000;

/** User name -> name shown. The first owns the server, the last moderates it. */
const PEOPLE = { ada: "Ada", grace: "Grace", linus: "Linus", mo: "Moderator Mo" } as const;

export type PersonName = keyof typeof PEOPLE;

export interface SeedOptions {
  /** What the server, the application, its bot and the bot's role are called. */
  readonly name: string;
  readonly maxUploadBytes: number;
  readonly privilegedIntents: number;
}

export function seedWorld(options: SeedOptions): World {
  const birth = new Clock();
  const then = birth.now() - 90 * DAY;
  const id = () => birth.snowflake(then);

  const users = Object.entries(PEOPLE).map(([username, globalName]): User => ({
    id: id(),
    username,
    globalName,
    bot: false,
    dmsClosed: false,
  }));
  const bot: User = { id: id(), username: options.name, globalName: null, bot: true, dmsClosed: false };

  const guildId = id();
  const role = (name: string, permissions: bigint, position: number, extra: Partial<Role> = {}): Role => ({
    id: id(),
    name,
    permissions,
    position,
    color: 0,
    mentionable: false,
    managed: false,
    ...extra,
  });
  const everyone = role("@everyone", EVERYONE_PERMISSIONS, 0, { id: guildId });
  const moderator = role("Moderator", MODERATOR_PERMISSIONS, 1, { color: 0x2e_cc_71, mentionable: true });
  const botRole = role(options.name, BOT_PERMISSIONS, 2, { color: 0xe9_a2_3b, managed: true });

  const member = (user: User): Member => ({
    userId: user.id,
    roleIds: user.bot ? [botRole.id] : user.username === "mo" ? [moderator.id] : [],
    joinedAt: then + DAY,
  });
  const guild: Guild = {
    id: guildId,
    name: options.name,
    ownerId: users[0]!.id,
    roles: new Map([everyone, moderator, botRole].map((role) => [role.id, role])),
    members: new Map([...users, bot].map((user) => [user.id, member(user)])),
  };

  // An application and its bot user share one id, as with every application made since 2016.
  const application: Application = {
    id: bot.id,
    name: bot.username,
    botId: bot.id,
    botToken: makeToken(bot.id),
    privilegedIntents: options.privilegedIntents,
  };
  const world = new World(application, guild, options.maxUploadBytes);
  for (const user of [...users, bot]) world.users.set(user.id, user);
  const topics = { general: "Talk, and try the bot", gallery: "The pictures worth keeping" };
  for (const [position, [name, topic]] of Object.entries(topics).entries()) {
    const channel = textChannel(id(), guildId, name, topic, position);
    world.channels.set(channel.id, channel);
  }
  return world;
}

const textChannel = (id: string, guildId: string, name: string, topic: string, position: number): Channel => ({
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
});

/** A token of the real shape: the id in base64, a time, a secret. */
export function makeToken(botId: string): string {
  const first = Buffer.from(botId).toString("base64url");
  return `${first}.${randomBytes(4).toString("base64url")}.${randomBytes(29).toString("base64url").slice(0, 38)}`;
}
