/** The answer to one interaction: acknowledged first, filled in later, or taken back with a word to the person alone. */
import {
  type CommandInteraction,
  type MessageComponentInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from "discord.js";

import { isAcknowledged } from "./discord-error.ts";
import type { Acknowledgement } from "./handler.ts";
import { persevere } from "./persevere.ts";
import { editPayload, payload, type View } from "./view.ts";

export type Repliable =
  | CommandInteraction<"cached">
  | MessageComponentInteraction<"cached">
  | ModalSubmitInteraction<"cached">;

export class Reply {
  readonly #interaction: Repliable;
  readonly #kind: Acknowledgement;
  #messageId: string | null = null;

  private constructor(interaction: Repliable, kind: Acknowledgement) {
    this.#interaction = interaction;
    this.#kind = kind;
  }

  /** Acknowledges, in the one call that has to reach Discord within three seconds. */
  static async open(interaction: Repliable, kind: Acknowledgement): Promise<Reply> {
    const reply = new Reply(interaction, kind);
    if (kind === "none") return reply;
    try {
      await persevere(() => reply.#acknowledge());
    } catch (error) {
      if (!isAcknowledged(error)) throw error;
      // The connection broke after Discord had heard the first attempt, and it was made again.
      interaction.deferred = true;
      if (kind !== "silent") reply.#messageId = (await interaction.fetchReply()).id;
    }
    return reply;
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

  get channelId(): string {
    return this.#interaction.channelId ?? "";
  }

  /** The message that the answer is; `null` for silent ones. */
  get messageId(): string | null {
    return this.#messageId;
  }

  /** Fills the acknowledged message in. */
  async show(view: View): Promise<void> {
    const message = await this.#interaction.editReply({
      ...(await editPayload(view)),
      flags: MessageFlags.IsComponentsV2,
    });
    this.#messageId ??= message.id;
  }

  /** Says something to the person alone; a public "thinking…" is taken back. */
  async whisper(view: View): Promise<void> {
    if (this.#kind === "private") return this.show(view);
    if (this.#kind === "public") await this.#interaction.deleteReply();
    const words = { ...(await payload(view)), flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral } as const;
    if (this.#kind === "none" && !this.#interaction.replied) await this.#interaction.reply(words);
    else await this.#interaction.followUp(words);
  }
}
