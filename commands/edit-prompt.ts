/** *Edit prompt*: the description in a modal, then the same pair with the person's own words. */
import { type CacheType, LabelBuilder, ModalBuilder, TextInputBuilder, TextInputStyle } from "discord.js";

import type { ButtonHandler, ModalHandler } from "../src/discord/interactions/handler.ts";
import { paintedBy } from "../src/discord/wording/descriptions.ts";
import { clip } from "../src/discord/wording/markdown.ts";
import { submitAgain } from "../src/discord/interactions/submit.ts";
import { editPromptWords as words } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { formSent, keptAs, keptForm } from "./again.ts";
import { findPainting, subjectOf } from "./job-button.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

export const editPrompt: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const job = await findPainting(bot, jobId);
    const kept = keptForm(interaction, bot);
    const input = new TextInputBuilder()
      .setCustomId("description")
      .setStyle(TextInputStyle.Paragraph)
      .setPlaceholder(words.placeholder)
      .setMaxLength(PROMPT_LENGTH)
      .setRequired(true);
    const written = kept ? String(kept.values["description"] ?? "") : paintedBy({ ...job, variant: "image-prompt" });
    if (written) input.setValue(clip(written, PROMPT_LENGTH));
    await reply.showModal(
      new ModalBuilder()
        .setCustomId(interaction.customId)
        .setTitle(words.title)
        .addLabelComponents(
          new LabelBuilder().setLabel(words.label).setDescription(words.hint).setTextInputComponent(input),
        ),
    );
  },
};

interface EditedPrompt {
  readonly jobId: string;
  readonly description: string;
}

export const editedPrompt: ModalHandler<EditedPrompt, CacheType> = {
  kind: "modal",
  everywhere: true,
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  offerAgain: (interaction, bot) =>
    keptAs("edit-prompt", interaction, bot, formSent(interaction, bot), subjectOf(interaction)),

  parse(interaction) {
    const description = checkedPrompt(interaction.fields.getTextInputValue("description"));
    if (description === null) throw new UserError("empty-prompt", words.empty);
    return { jobId: subjectOf(interaction), description };
  },

  async run({ interaction, bot, reply }, { jobId, description }) {
    const parent = await findPainting(bot, jobId);
    const { replyTo: _, ...request } = parent.request;
    await submitAgain(bot, reply, {
      ...request,
      userId: interaction.user.id,
      guildId: interaction.guildId,
      // Words change nothing where only the style image is looked at.
      variant: parent.variant === "prompt" ? "prompt" : "image-prompt",
      description,
      extraPrompt: null,
      parentId: parent.id,
    });
  },
};
