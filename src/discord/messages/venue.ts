/** Where a job's messages go: a thread under its card, or the channel where no thread can be. */
import {
  type APIMessage,
  type Client,
  PermissionFlagsBits,
  Routes,
  type SendableChannels,
  ThreadAutoArchiveDuration,
} from "discord.js";

import type { Logger } from "../../log.ts";
import { type Moment, momentNow } from "../../moment.ts";
import {
  discordCode,
  hasThreadAlready,
  isArchived,
  isFullOfThreads,
  isMessageGone,
  isPlaceGone,
  mayPass,
} from "../discord-error.ts";
import type { MessageHome } from "./live-message.ts";
import type { PendingReplies } from "./pending-reply.ts";
import { mayBeForgotten } from "./nonce.ts";
import { persevere } from "./persevere.ts";
import { PlaceMoved } from "./place-moved.ts";
import { laterOf, snowflakeAt } from "../snowflake.ts";
import { makeRoomForThread } from "./thread-room.ts";
import { type Cover, createPayload, editPayload, mark, markOf, type View } from "./view.ts";
import { threadRemark } from "../wording/jobs.ts";

export interface VenueOptions {
  readonly client: Client;
  readonly channelId: string;
  /** An existing thread of the job. */
  readonly threadId: string | null;
  readonly replies: PendingReplies;
  readonly log: Logger;
  /** Has the last look at what goes out. */
  readonly cover: Cover;
  /** The thread was given up for the channel. */
  readonly onMoved: () => Promise<void>;
}

/** Most pages of messages that are looked through for one that may have been posted already. */
const MOST_PAGES = 10;
const PAGE = 100;
/** How far this machine's clock may be from Discord's, by which messages are numbered. */
const CLOCKS_APART_MS = 5 * 60_000;

const sinceOf = (notBefore: number): string => snowflakeAt(notBefore - CLOCKS_APART_MS);

export class Venue {
  readonly #options: VenueOptions;
  #threadId: string | null;
  #lookAfter: string | null = null;
  /** Messages that were tried to be posted and may stand or not, by nonce. */
  readonly #tried = new Map<string, Moment>();

  constructor(options: VenueOptions) {
    this.#options = options;
    this.#threadId = options.threadId;
  }

  get threadId(): string | null {
    return this.#threadId;
  }

  /** Id of the channel or thread that new messages go to. */
  get placeId(): string {
    return this.#threadId ?? this.#options.channelId;
  }

  /**
   * Messages may stand here already that nobody noted, all newer than this one: a process died between a message and its
   * note, or an answer was lost. From now on they are looked for before anything is posted.
   */
  lookAfter(messageId: string): void {
    this.#lookAfter = messageId;
  }

  /**
   * Takes up the conversation of an earlier process that could not note where it was held: in the channel, where messages
   * of these nonces stand below the card, else in the thread that hangs on the card.
   *
   * @returns `null` where there is none yet
   */
  async findTalk(cardMessageId: string, nonces: readonly string[]): Promise<"channel" | "thread" | null> {
    const { client, channelId } = this.#options;
    if ((await this.#find(channelId, nonces, cardMessageId)) !== null) return "channel";
    // A thread has the id of the message it hangs on.
    const thread = await client.channels.fetch(cardMessageId).catch((error: unknown) => {
      if (!isPlaceGone(error)) throw error;
      return null;
    });
    if (thread === null) return null;
    this.#threadId = cardMessageId;
    return "thread";
  }

  /**
   * Starts the thread under the card, or takes up the one it has. Inside a thread there is nothing to start.
   *
   * @param archivedAfter how long nothing is said in it before Discord closes it
   * @returns why there is no thread, in words for people, or `null`
   * @throws what kept it from being started, when that may pass
   */
  async openThread(
    cardMessageId: string,
    name: string,
    archivedAfter = ThreadAutoArchiveDuration.OneHour,
  ): Promise<string | null> {
    const channel = await this.#fetch(this.#options.channelId);
    if (channel.isThread() || !("threads" in channel)) return null;
    const me = channel.guild.members.me;
    const allowed = me ? channel.permissionsFor(me) : null;
    if (allowed && !allowed.has(PermissionFlagsBits.CreatePublicThreads)) return threadRemark.forbidden;
    if (allowed && !allowed.has(PermissionFlagsBits.SendMessagesInThreads)) return threadRemark.mute;
    try {
      await makeRoomForThread(channel.guild, this.#options.log);
      const options = { name, startMessage: cardMessageId, autoArchiveDuration: archivedAfter };
      // The two kinds of channel agree on these options, but not in their types.
      const create = channel.threads.create.bind(channel.threads) as (given: typeof options) => Promise<{ id: string }>;
      const start = (): Promise<{ id: string }> => persevere(() => create(options));
      const thread = await start().catch(async (error: unknown) => {
        const hasRoom = isFullOfThreads(error) && (await makeRoomForThread(channel.guild, this.#options.log, 0)) > 0;
        if (hasRoom) return start();
        throw error;
      });
      this.#threadId = thread.id;
      return null;
    } catch (error) {
      if (hasThreadAlready(error)) {
        // A thread has the id of the message it hangs on.
        this.#threadId = cardMessageId;
        return null;
      }
      if (mayPass(error)) throw error;
      this.#options.log.warn({ err: error, channelId: channel.id }, "no thread could be started");
      return threadRemark.of(discordCode(error));
    }
  }

  /**
   * Posts in the thread, else in the channel.
   *
   * @param notBefore Unix milliseconds; a message that may stand here already is not older than that
   */
  async post(view: View, nonce: string, notBefore = 0): Promise<string> {
    try {
      return await this.#send(this.placeId, view, nonce, notBefore);
    } catch (error) {
      if (this.#threadId === null || !(isPlaceGone(error) || isArchived(error))) throw error;
      await this.#leaveThread(error);
      return this.#send(this.placeId, view, nonce, notBefore);
    }
  }

  /** @throws PlaceMoved when the thread was deleted or locked meanwhile */
  async edit(messageId: string, view: View): Promise<void> {
    const placeId = this.placeId;
    try {
      await this.#edit(placeId, messageId, view);
    } catch (error) {
      if (isArchived(error) && (await this.#unarchive(placeId))) return this.#edit(placeId, messageId, view);
      if (placeId !== this.#threadId || !(isPlaceGone(error) || isArchived(error))) {
        if (placeId !== this.placeId) throw new PlaceMoved("the thread is gone", { cause: error });
        throw error;
      }
      await this.#leaveThread(error);
      throw new PlaceMoved("the thread is gone", { cause: error });
    }
  }

  /** Deletes a message. Where it cannot be reached any more, nothing is left to be done. */
  async remove(messageId: string): Promise<void> {
    await this.#options.client.rest.delete(Routes.channelMessage(this.placeId, messageId)).catch((error: unknown) => {
      if (!isMessageGone(error) && !isPlaceGone(error)) throw error;
    });
  }

  /** Deletes a message that may stand here although nobody noted it. */
  async removeUnnoted(nonce: string, notBefore: number): Promise<void> {
    const known = await this.#find(this.placeId, [nonce], sinceOf(notBefore));
    if (known !== null) await this.remove(known);
  }

  /** Messages in the thread, or wherever the conversation is. */
  readonly talk: MessageHome = {
    create: (view, nonce) => this.post(view, nonce),
    edit: (messageId, view) => this.edit(messageId, view),
    spares: (messageId, what) => this.#options.replies.spares(messageId, what),
  };

  /** Messages in the channel itself: the job card. */
  readonly front: MessageHome = {
    create: (view, nonce) => this.#send(this.#options.channelId, view, nonce),
    edit: async (messageId, view) => {
      const { channelId, replies, cover } = this.#options;
      const shown = await cover(view, channelId);
      // Through its interaction as long as that can be used, and then with the bot's own token, which does not expire.
      if (!(await replies.edit(messageId, shown))) await this.#edit(channelId, messageId, shown);
    },
    spares: (messageId, what) => this.#options.replies.spares(messageId, what),
  };

  async #send(placeId: string, view: View, nonce: string, notBefore = 0): Promise<string> {
    const channel = await this.#fetch(placeId);
    const after = this.#mayStandAfter(nonce, notBefore);
    const known = after === null ? null : await this.#find(placeId, [nonce], after);
    const id = known ?? (await this.#create(channel, view, nonce));
    this.#tried.delete(nonce);
    return id;
  }

  async #create(channel: SendableChannels, view: View, nonce: string): Promise<string> {
    const words = await createPayload(mark(await this.#options.cover(view, channel.id), nonce), nonce);
    if (!this.#tried.has(nonce)) this.#tried.set(nonce, momentNow());
    return (await channel.send({ ...words })).id;
  }

  /** After which message this one may stand already, though Discord would take it a second time; else `null`. */
  #mayStandAfter(nonce: string, notBefore: number): string | null {
    if (this.#lookAfter !== null) return laterOf(this.#lookAfter, sinceOf(notBefore));
    const first = this.#tried.get(nonce);
    if (first === undefined || !mayBeForgotten(first)) return null;
    return sinceOf(Math.min(first.wall, Date.now()));
  }

  /** Discord tells nonces to nobody who asks later, so messages carry a mark of their own. */
  async #find(placeId: string, nonces: readonly string[], after: string): Promise<string | null> {
    const { client } = this.#options;
    const marks = nonces.map(markOf);
    for (let page = 0, from = after; page < MOST_PAGES; page++) {
      const query = new URLSearchParams({ limit: String(PAGE), after: from });
      let messages: APIMessage[];
      try {
        messages = (await client.rest.get(Routes.channelMessages(placeId), { query })) as APIMessage[];
      } catch (error) {
        // The bot may post here and not look back.
        if (isPlaceGone(error)) return null;
        throw error;
      }
      const known = messages.find(
        ({ author, components }) => author.id === client.user?.id && marks.includes(components?.[0]?.id ?? -1),
      );
      if (known) return known.id;
      if (messages.length < PAGE) return null;
      from = messages.map(({ id }) => id).reduce(laterOf);
    }
    return null;
  }

  async #edit(placeId: string, messageId: string, view: View): Promise<void> {
    const channel = await this.#fetch(placeId);
    const payload = await editPayload(await this.#options.cover(view, placeId));
    await channel.messages.edit(messageId, { ...payload, attachments: [] });
  }

  async #unarchive(threadId: string): Promise<boolean> {
    try {
      const thread = await this.#fetch(threadId);
      if (!thread.isThread()) return false;
      await persevere(async () => thread.edit({ archived: false }));
      return true;
    } catch (error) {
      this.#options.log.info({ err: error, threadId }, "a thread stays archived");
      return false;
    }
  }

  async #leaveThread(cause: unknown): Promise<void> {
    if (this.#threadId === null) return;
    this.#options.log.warn({ err: cause, threadId: this.#threadId }, "the thread is gone, going on in the channel");
    this.#threadId = null;
    await this.#options.onMoved();
  }

  async #fetch(id: string): Promise<SendableChannels> {
    const channel = await this.#options.client.channels.fetch(id);
    if (!channel?.isSendable()) throw new PlaceMoved(`channel ${id} takes no messages`);
    return channel;
  }
}
