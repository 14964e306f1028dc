/** The server a new sandbox starts with: four people, two channels, the bot with its recommended permissions. */
import { randomBytes } from "node:crypto";

import { DEFAULT_LOCALE } from "../../page/locales.js";
import { Clock } from "../clock.ts";
import { makeGuild, textChannel } from "./guilds.ts";
import type { User } from "./types.ts";
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
  readonly userInstall: boolean;
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
    hasApp: false,
    avatar: null,
    locale: DEFAULT_LOCALE,
  }));
  const rest = { bot: true, dmsClosed: false, hasApp: false, avatar: null, locale: DEFAULT_LOCALE };
  const bot: User = { id: id(), username: options.name, globalName: null, ...rest };

  const guild = makeGuild({ name: options.name, at: then, nextId: id, users: [...users, bot] });

  // An application and its bot user share one id, as with every application made since 2016.
  const application: Application = {
    id: bot.id,
    name: bot.username,
    botId: bot.id,
    botToken: makeToken(bot.id),
    privilegedIntents: options.privilegedIntents,
    userInstall: options.userInstall,
  };
  const world = new World(application, guild, options.maxUploadBytes);
  for (const user of [...users, bot]) world.users.set(user.id, user);
  const topics = { general: "Talk, and try the bot", gallery: "The pictures worth keeping" };
  for (const [position, [name, topic]] of Object.entries(topics).entries()) {
    const channel = textChannel(guild.id, id(), name, topic, position);
    world.channels.set(channel.id, channel);
  }
  return world;
}

/** A token of the real shape: the id in base64, a time, a secret. */
export function makeToken(botId: string): string {
  const first = Buffer.from(botId).toString("base64url");
  return `${first}.${randomBytes(4).toString("base64url")}.${randomBytes(29).toString("base64url").slice(0, 38)}`;
}
