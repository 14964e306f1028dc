/** The one state of the sandbox, and the bus on which its changes are told. */
import { ApiError } from "../api-error.ts";
import { Clock } from "../clock.ts";
import type { Change } from "./changes.ts";
import type { Channel, Guild, Member, Message, User } from "./types.ts";

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly botId: string;
  /** Changes when it is reset. */
  botToken: string;
  /** Bits of the privileged intents that are switched on for it. */
  readonly privilegedIntents: number;
  /** Whether people may install it for themselves. */
  readonly userInstall: boolean;
}

export class World {
  readonly clock = new Clock();
  /** Unix milliseconds. */
  readonly startedAt = this.clock.now();
  readonly users = new Map<string, User>();
  /** Channels, threads and direct messages. */
  readonly channels = new Map<string, Channel>();
  /** Channel id -> its messages by id, oldest first. */
  readonly #messages = new Map<string, Map<string, Message>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly application: Application;
  /** The first one, whose people everybody knows. */
  readonly guild: Guild;
  /** All of them by id, the first one too. */
  readonly guilds = new Map<string, Guild>();
  readonly maxUploadBytes: number;
  /** What a bot must never cause; tests expect none. */
  readonly violations: string[] = [];

  constructor(application: Application, guild: Guild, maxUploadBytes: number) {
    this.application = application;
    this.guild = guild;
    this.guilds.set(guild.id, guild);
    this.maxUploadBytes = maxUploadBytes;
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  violate(text: string): void {
    this.violations.push(text);
    this.tell({ kind: "violation", text });
  }

  /** @throws ApiError 10004 */
  guildOf(id: string): Guild {
    const guild = this.guilds.get(id);
    if (!guild) throw new ApiError(10004);
    return guild;
  }

  /** Somebody as a member of the guild that a channel is in; of none in a direct message. */
  memberIn(channel: Pick<Channel, "guildId"> | undefined, userId: string): Member | undefined {
    return this.guilds.get(channel?.guildId ?? "")?.members.get(userId);
  }

  /** @throws ApiError 10003 */
  channel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw new ApiError(10003);
    return channel;
  }

  /** @throws ApiError 10013 */
  user(id: string): User {
    const user = this.users.get(id);
    if (!user) throw new ApiError(10013);
    return user;
  }

  messagesOf(channelId: string): ReadonlyMap<string, Message> {
    return this.#messages.get(channelId) ?? new Map();
  }

  findMessage(channelId: string, messageId: string): Message | undefined {
    return this.#messages.get(channelId)?.get(messageId);
  }

  /** @throws ApiError 10008 */
  message(channelId: string, messageId: string): Message {
    const message = this.findMessage(channelId, messageId);
    if (!message) throw new ApiError(10008);
    return message;
  }

  keepMessage(message: Message): void {
    const messages = this.#messages.get(message.channelId) ?? new Map<string, Message>();
    this.#messages.set(message.channelId, messages.set(message.id, message));
  }

  dropMessage(message: Message): void {
    this.#messages.get(message.channelId)?.delete(message.id);
  }

  dropChannel(id: string): void {
    this.channels.delete(id);
    this.#messages.delete(id);
  }

  threadsOf(channelId: string): Channel[] {
    return [...this.channels.values()].filter((channel) => channel.thread && channel.parentId === channelId);
  }
}
