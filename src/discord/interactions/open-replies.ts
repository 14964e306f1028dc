/**
 * Answers that were promised ("thinking…"). Whoever keeps one up to date does so through its interaction as long as that can
 * be used; and until it is given it is remembered in the database: the next start tells people how it went on, or that it
 * did not.
 */
import {
  type APIMessage,
  type Client,
  InteractionWebhook,
  MessageFlags,
  type RepliableInteraction,
  Routes,
} from "discord.js";

import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { clockedSince, type Moment, momentNow } from "../../moment.ts";
import type { OpenReply } from "../../store/open-reply-repository.ts";
import type { Store } from "../../store/store.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { isTokenSpent } from "../discord-error.ts";
import { timeOf } from "../snowflake.ts";
import { type Sparable, TokenLoad } from "../token-load.ts";
import type { PendingReplies, PendingReply } from "../messages/pending-reply.ts";
import { createSeal, type Seal } from "./seal.ts";
import { editPayload, type View } from "../messages/view.ts";
import { noticeView } from "../messages/components.ts";
import { fault } from "../wording/faults.ts";

/** How long Discord takes answers to an interaction. */
const TOKEN_LIFETIME_MS = 15 * 60_000;
/** Of that, what is left alone: a large picture on a slow line should arrive in time. */
const MARGIN_MS = 60_000;
const USABLE_MS = TOKEN_LIFETIME_MS - MARGIN_MS;

type Sealed = Pick<OpenReply, "interactionId" | "sealedToken">;

const NO_CARDS: ReadonlySet<string> = new Set();

export interface OpenRepliesOptions {
  readonly client: Client;
  readonly store: Store;
  readonly deliveries: Deliveries;
  readonly log: Logger;
  /** The tokens of interactions are kept sealed with it. */
  readonly botToken: string;
  /** For how long interactions are used, milliseconds; by default nearly as long as Discord takes answers to them. */
  readonly usableMs?: number | undefined;
}

/** A message that an interaction can be used for. */
interface Reached extends Pick<PendingReply, "messageId" | "show"> {
  remove(): Promise<void>;
}

interface Usable {
  readonly reply: Reached;
  readonly since: Moment;
}

export class OpenReplies implements PendingReplies {
  readonly #options: OpenRepliesOptions;
  /** Those whose interaction can be used, by its id; the oldest first. */
  readonly #usable = new Map<string, Usable>();
  readonly #load: TokenLoad;
  readonly #seal: Seal;
  readonly #startedAt = Date.now();

  constructor(options: OpenRepliesOptions) {
    this.#options = options;
    this.#load = new TokenLoad(options.client.rest);
    this.#seal = createSeal(options.botToken);
  }

  /** Before an interaction is acknowledged. Never throws: an answer is worth more than the memory of it. */
  async remember(
    { id, token, guildId }: Pick<RepliableInteraction, "id" | "token" | "guildId">,
    reply: Reached,
  ): Promise<void> {
    this.reach(id, reply);
    const now = Date.now();
    const open = { interactionId: id, guildId, sealedToken: this.#seal.seal(token), openedAt: now };
    await this.#calmly(() => this.#options.store.openReplies.insert(open, now - TOKEN_LIFETIME_MS));
  }

  /** From now on a message can be edited and taken away through this interaction, whether or not through others. */
  reach(interactionId: string, reply: Reached): void {
    for (const [older, usable] of this.#usable) if (this.#lasts(usable) === 0) this.#usable.delete(older);
    this.#usable.set(interactionId, { reply, since: momentNow() });
  }

  #lasts({ since }: Usable): number {
    return Math.max(0, (this.#options.usableMs ?? USABLE_MS) - clockedSince(since));
  }

  lastsFor(messageId: string): number {
    const found = this.#find(messageId);
    return found ? this.#lasts(found[1]) : 0;
  }

  /** It was taken back: there is nothing to be edited. */
  takenBack(interactionId: string): void {
    this.#usable.delete(interactionId);
  }

  edit(messageId: string, view: View): Promise<boolean> {
    return this.#use(messageId, (reply) => reply.show(view));
  }

  remove(messageId: string): Promise<boolean> {
    return this.#use(messageId, (reply) => reply.remove());
  }

  async #use(messageId: string, use: (reply: Reached) => Promise<void>): Promise<boolean> {
    for (let found = this.#find(messageId); found; found = this.#find(messageId)) {
      const [interactionId, { reply }] = found;
      try {
        await use(reply);
        return true;
      } catch (error) {
        if (!isTokenSpent(error)) throw error;
        this.#usable.delete(interactionId);
      }
    }
    return false;
  }

  spares(messageId: string, what: Sparable): boolean {
    return this.#load.spares(what) && !this.#find(messageId);
  }

  #find(messageId: string): [string, Usable] | undefined {
    // Of several the newest lasts longest.
    return [...this.#usable].findLast(([, usable]) => usable.reply.messageId === messageId && this.#lasts(usable) > 0);
  }

  /** The answer was given, and nothing is left to be done for it. */
  async forget(interactionId: string): Promise<void> {
    await this.#calmly(() => this.#options.store.openReplies.remove(interactionId));
  }

  /**
   * The acknowledgement failed, as far as can be known: an attempt whose answer was lost may have been heard all the same,
   * and then somebody waits. They are told; where nobody waits, this comes to nothing.
   */
  giveUp({ id, token }: Pick<RepliableInteraction, "id" | "token">): void {
    this.#usable.delete(id);
    const reply = { interactionId: id, sealedToken: this.#seal.seal(token) };
    void this.#options.deliveries.owe(`open reply ${id}`, "", () => this.#end(reply, NO_CARDS, fault.discordDown));
  }

  /**
   * Ends what an earlier process left open: "thinking…" on the card of something that goes on gives way to a word about
   * that, so that the card may be edited by the bot's own token too; everything else is said to be lost. Call when logged
   * in, before anything goes on.
   */
  async resume(): Promise<void> {
    const { store, deliveries, log } = this.#options;
    const left = await store.openReplies.list(Date.now() - TOKEN_LIFETIME_MS, this.#startedAt);
    if (left.length === 0) return;
    const cards = await this.#cards();
    for (const reply of left) {
      const end = (): Promise<void> => this.#end(reply, cards, fault.cutShort);
      // What does not get through at once need not hold up the start.
      await end().catch((error: unknown) => {
        log.warn({ err: error, interaction: reply.interactionId }, "an answer stays open for the moment");
        void deliveries.owe(`open reply ${reply.interactionId}`, "", end);
      });
    }
  }

  async #end({ interactionId, sealedToken }: Sealed, cards: ReadonlySet<string>, lost: string): Promise<void> {
    const token = this.#seal.open(sealedToken);
    try {
      if (token !== null) {
        const messageId = await this.#say(token, cards, lost);
        if (cards.has(messageId)) {
          this.#goOn(interactionId, token, messageId);
          // Where the bot is no member there is no other way to that card, for the start after this one either.
          return;
        }
      }
    } catch (error) {
      if (!isTokenSpent(error)) throw error;
    }
    await this.forget(interactionId);
  }

  /** The card of something that an earlier process began is edited through the interaction that it began with. */
  #goOn(interactionId: string, token: string, messageId: string): void {
    const { client } = this.#options;
    const webhook = new InteractionWebhook(client as Client<true>, client.application!.id, token);
    const show = async (view: View): Promise<void> => {
      await webhook.editMessage("@original", { ...(await editPayload(view)), flags: MessageFlags.IsComponentsV2 });
    };
    const began = Math.min(Date.now(), timeOf(interactionId));
    const since = { wall: began, steady: performance.now() };
    const remove = (): Promise<void> => webhook.deleteMessage("@original");
    this.#usable.set(interactionId, { reply: { messageId, show, remove }, since });
  }

  /** @returns the id of the message that the answer is */
  async #say(token: string, cards: ReadonlySet<string>, lost: string): Promise<string> {
    const { client, store } = this.#options;
    const { rest, application } = client;
    const route = Routes.webhookMessage(application!.id, token);
    const { id, flags } = (await rest.get(route, { auth: false })) as APIMessage;
    const isBare = ((flags ?? 0) & MessageFlags.Loading) !== 0;
    if (!isBare && (cards.has(id) || (await store.openReplies.isCard(id)))) return id;
    const { components, allowedMentions } = await editPayload(noticeView(cards.has(id) ? fault.goingOn : lost));
    const body = { components, allowed_mentions: allowedMentions, attachments: [], flags: MessageFlags.IsComponentsV2 };
    await rest.patch(route, { auth: false, body });
    return id;
  }

  /** Messages of what an earlier process has left to be gone on with. */
  async #cards(): Promise<ReadonlySet<string>> {
    const { jobs, surfaces, comparisons, learnings } = this.#options.store;
    const queued = (await jobs.unsettled()).map(({ job }) => job.request.replyTo?.messageId);
    const untold = (await learnings.untold()).map(([learning]) => learning);
    const goingOn = [await surfaces.unfinished(), await comparisons.unfinished(), await learnings.unsettled()];
    const shown = [...goingOn.flat(), ...untold];
    return new Set([...queued, ...shown.map((one) => one.cardMessageId)].filter((id) => typeof id === "string"));
  }

  async #calmly(write: () => Promise<void>): Promise<void> {
    await write().catch((error: unknown) => {
      this.#options.log.warn({ error: messageOf(error) }, "an open answer could not be remembered");
    });
  }
}
