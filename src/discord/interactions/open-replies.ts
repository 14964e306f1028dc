/**
 * Answers that were promised ("thinking…") and not given yet. Whoever has the first words finds the reply here; and they
 * are remembered in the database: the next start tells people how it went on, or that it did not.
 */
import { type APIMessage, type Client, MessageFlags, type RepliableInteraction, Routes } from "discord.js";

import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { OpenReply } from "../../store/open-reply-repository.ts";
import type { Store } from "../../store/store.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { isTokenSpent } from "../discord-error.ts";
import type { PendingReplies, PendingReply } from "../messages/pending-reply.ts";
import { createSeal, type Seal } from "./seal.ts";
import { editPayload, type View } from "../messages/view.ts";
import { noticeView } from "../messages/components.ts";
import { fault } from "../wording/faults.ts";

/** How long Discord takes answers to an interaction. */
const TOKEN_LIFETIME_MS = 15 * 60_000;

type Sealed = Pick<OpenReply, "interactionId" | "sealedToken">;

const NO_CARDS: ReadonlySet<string> = new Set();

export interface OpenRepliesOptions {
  readonly client: Client;
  readonly store: Store;
  readonly deliveries: Deliveries;
  readonly log: Logger;
  /** The tokens of interactions are kept sealed with it. */
  readonly botToken: string;
}

interface Waiting {
  readonly reply: PendingReply;
  readonly since: number;
}

export class OpenReplies implements PendingReplies {
  readonly #options: OpenRepliesOptions;
  /** Those without words, by their interaction; the oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  readonly #seal: Seal;
  readonly #startedAt = Date.now();

  constructor(options: OpenRepliesOptions) {
    this.#options = options;
    this.#seal = createSeal(options.botToken);
  }

  /** Before an interaction is acknowledged. Never throws: an answer is worth more than the memory of it. */
  async remember(
    { id, token, guildId }: Pick<RepliableInteraction, "id" | "token" | "guildId">,
    reply: PendingReply,
  ): Promise<void> {
    const now = Date.now();
    const spent = now - TOKEN_LIFETIME_MS;
    for (const [older, { since }] of this.#waiting) if (since < spent) this.#waiting.delete(older);
    this.#waiting.set(id, { reply, since: now });
    const open = { interactionId: id, guildId, sealedToken: this.#seal.seal(token), openedAt: now };
    await this.#calmly(() => this.#options.store.openReplies.insert(open, spent));
  }

  /** Its first words stand, whoever gave them, or it was taken back. */
  answered(interactionId: string): void {
    this.#waiting.delete(interactionId);
  }

  async fill(messageId: string, view: View): Promise<boolean> {
    const found = [...this.#waiting].find(([, { reply }]) => reply.messageId === messageId);
    if (!found) return false;
    const [interactionId, { reply }] = found;
    try {
      await reply.show(view);
    } catch (error) {
      if (!isTokenSpent(error)) throw error;
      this.answered(interactionId);
      return false;
    }
    return true;
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
    this.#waiting.delete(id);
    const reply = { interactionId: id, sealedToken: this.#seal.seal(token) };
    void this.#options.deliveries.owe(`open reply ${id}`, "", () => this.#end(reply, NO_CARDS, fault.discordDown));
  }

  /**
   * Ends what an earlier process left open: "thinking…" on the card of something that goes on gives way to a word about
   * that, so that the card may be edited by the bot's own token; everything else is said to be lost. Call when logged in,
   * before anything goes on.
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
      if (token !== null) await this.#say(token, cards, lost);
    } catch (error) {
      if (!isTokenSpent(error)) throw error;
    }
    await this.forget(interactionId);
  }

  async #say(token: string, cards: ReadonlySet<string>, lost: string): Promise<void> {
    const { client, store } = this.#options;
    const { rest, application } = client;
    const route = Routes.webhookMessage(application!.id, token);
    const { id, flags } = (await rest.get(route, { auth: false })) as APIMessage;
    const isBare = ((flags ?? 0) & MessageFlags.Loading) !== 0;
    if (!isBare && (cards.has(id) || (await store.openReplies.isCard(id)))) return;
    const { components, allowedMentions } = await editPayload(noticeView(cards.has(id) ? fault.goingOn : lost));
    const body = { components, allowed_mentions: allowedMentions, attachments: [], flags: MessageFlags.IsComponentsV2 };
    await rest.patch(route, { auth: false, body });
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
