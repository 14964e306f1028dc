/** The answer to one interaction: acknowledged first, filled in later, or taken back with a word to the person alone. */
import {
  type CommandInteraction,
  type MessageComponentInteraction,
  MessageFlags,
  type ModalBuilder,
  type ModalSubmitInteraction,
} from "discord.js";

import { isOutside } from "./whereabouts.ts";
import { isAcknowledged, isMessageGone } from "../discord-error.ts";
import type { OpenReplies } from "./open-replies.ts";
import type { Bot } from "./bot.ts";
import { persevere } from "../messages/persevere.ts";
import { editPayload, payload, type Cover, type View } from "../messages/view.ts";
import { sayAloud } from "../../words/say.ts";

/**
 * - `public`: "thinking…" for everybody, then a message
 * - `private`: the same for the person alone
 * - `silent`: the message with the button stays as it is; what there is to say is said to the person alone
 * - `none`: `run` answers at once by itself, with a modal
 */
export type Acknowledgement = "public" | "private" | "silent" | "none";

export type Repliable = CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction;

/** An answer that was taken before the connection broke is refused when it is sent again: it is there. */
async function onceTaken(answer: () => Promise<unknown>): Promise<void> {
  await answer().catch((error: unknown) => {
    if (!isAcknowledged(error)) throw error;
  });
}

type ReplyParts = Pick<Bot, "openReplies" | "filter">;

export class Reply {
  readonly #interaction: Repliable;
  readonly #kind: Acknowledgement;
  readonly #openReplies: OpenReplies;
  readonly #cover: Cover;
  readonly isOutside: boolean;
  #messageId: string | null = null;
  #isTakenBack = false;
  /** What it was said in is the card of a job, and nothing but its interaction reaches that: it is remembered for longer. */
  #isLasting: boolean;
  /** What is still to come before nobody waits for anything any more. */
  readonly #owed = new Set<"words" | "work">();

  private constructor(interaction: Repliable, kind: Acknowledgement, { openReplies, filter }: ReplyParts) {
    this.#interaction = interaction;
    this.#kind = kind;
    this.#openReplies = openReplies;
    this.#cover = filter.cover;
    this.isOutside = isOutside(interaction);
    this.#isLasting = this.isOutside && kind === "public";
  }

  /** Acknowledges, in the one call that has to reach Discord within three seconds. */
  static async open(interaction: Repliable, kind: Acknowledgement, parts: ReplyParts): Promise<Reply> {
    const reply = new Reply(interaction, kind, parts);
    if (kind === "none") return reply;
    if (kind !== "silent") await reply.#promise();
    try {
      await persevere(() => reply.#acknowledge());
    } catch (error) {
      if (!isAcknowledged(error)) throw error;
      // The connection broke after Discord had heard the first attempt, and it was made again.
      interaction.deferred = true;
      if (kind !== "silent") reply.#messageId = (await persevere(() => interaction.fetchReply())).id;
    }
    if (kind === "silent" && reply.isOutside) reply.#reachSource();
    return reply;
  }

  /** The message that was used can be reached once more: what is done next may be about it. */
  #reachSource(): void {
    const interaction = this.#interaction;
    const messageId = "message" in interaction ? (interaction.message?.id ?? null) : null;
    const show = this.show.bind(this);
    const remove = this.remove.bind(this);
    this.#openReplies.reach(interaction.id, { messageId, show, remove });
  }

  async #acknowledge(): Promise<void> {
    const interaction = this.#interaction;
    if (this.#kind === "silent") {
      if ("deferUpdate" in interaction) await interaction.deferUpdate();
      return;
    }
    const flags = this.#kind === "private" ? { flags: MessageFlags.Ephemeral as const } : {};
    const answer = await interaction.deferReply({ withResponse: true, ...flags });
    // A deferred answer comes without its message, but with the message's id.
    this.#messageId = answer.interaction.responseMessageId;
  }

  /** Remembers first: once it is acknowledged, somebody waits. */
  async #promise(): Promise<void> {
    this.#owed.add("words").add("work");
    await this.#openReplies.remember(this.#interaction, this);
  }

  async #give(what: "words" | "work"): Promise<void> {
    if (!this.#owed.delete(what) || this.#owed.size > 0 || this.#isLasting) return;
    await this.#openReplies.forget(this.#interaction.id);
  }

  /** The handler is done. Where a job goes on, its first words may be still to come. */
  done(): Promise<void> {
    return this.#give("work");
  }

  get channelId(): string {
    return this.#interaction.channelId ?? "";
  }

  get ruledBy(): string | null {
    return this.#interaction.inCachedGuild() ? this.channelId : null;
  }

  /** The message that the answer is; `null` for silent ones. */
  get messageId(): string | null {
    return this.#messageId;
  }

  /** Fills the acknowledged message in, or edits it. */
  async show(view: View): Promise<void> {
    const cover = (): Promise<View> => this.#cover(view, this.ruledBy);
    const words = {
      ...(await editPayload(await (this.#kind === "public" ? sayAloud(cover) : cover()))),
      flags: MessageFlags.IsComponentsV2,
    } as const;
    const message = await persevere(() => this.#interaction.editReply({ ...words }));
    this.#messageId ??= message.id;
    await this.#give("words");
  }

  /** Says something to the person alone; a public "thinking…" is taken back. May be called again when it failed. */
  async whisper(view: View): Promise<void> {
    if (this.#kind === "private") return this.show(view);
    this.#isLasting = false;
    if (this.#kind === "public") await this.#takeBack();
    const words = {
      ...(await payload(await this.#cover(view, this.ruledBy))),
      flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral,
    } as const;
    // Where a line breaks nobody knows what had arrived: a word that is said twice is better than none.
    if (this.#kind === "none" && !this.#interaction.replied)
      await onceTaken(() => persevere(() => this.#interaction.reply({ ...words })));
    else await this.#interaction.followUp({ ...words });
    await this.#give("words");
  }

  /** Takes the message away. */
  async remove(): Promise<void> {
    await persevere(() => this.#interaction.deleteReply());
  }

  /** Answers with a form, in place of an acknowledgement. */
  async showModal(modal: ModalBuilder): Promise<void> {
    const interaction = this.#interaction;
    if ("showModal" in interaction) await onceTaken(() => persevere(() => interaction.showModal(modal)));
  }

  async #takeBack(): Promise<void> {
    if (this.#isTakenBack) return;
    await this.#interaction.deleteReply().catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
    this.#isTakenBack = true;
    this.#openReplies.takenBack(this.#interaction.id);
  }
}
