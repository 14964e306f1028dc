/** *Stylize this picture* in the menu of a message: asks for the style in a modal. */
import {
  ApplicationCommandType,
  type Attachment,
  ContextMenuCommandBuilder,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";

import type { Upload } from "../src/discord/intake/downloads.ts";
import { findPicture } from "../src/discord/intake/message-picture.ts";
import { refilled } from "../src/discord/interactions/filled-form.ts";
import type { MessageMenuHandler, ModalHandler } from "../src/discord/interactions/handler.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { customId } from "../src/discord/messages/custom-id.ts";
import { stylizeThisWords as words, VARIANT_NAME } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../src/variant.ts";
import { offerAgain } from "./again.ts";
import { subjectOf } from "./job-button.ts";
import { plainRequest } from "./plain-request.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

export const stylizeThis: MessageMenuHandler<Upload> = {
  kind: "message-menu",
  data: new ContextMenuCommandBuilder()
    .setName("Stylize this picture")
    .setType(ApplicationCommandType.Message)
    .toJSON(),
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse({ targetMessage }) {
    const picture = findPicture(targetMessage);
    if (!picture) throw new UserError("no-picture", words.noPicture);
    return picture;
  },

  async run({ interaction, bot, reply }, picture) {
    const { id, user, guildId } = interaction;
    // A look only: whether the modal will be sent in is not known.
    bot.queue.reserve({ userId: user.id, guildId }).release();
    await reply.showModal(styleModal(id));
    // Fetched while the person looks for a style: another user's message cannot be read again later.
    bot.intake.hold(user.id, id, picture);
  },
};

const styleModal = (key: string): ModalBuilder =>
  new ModalBuilder()
    .setCustomId(customId("stylize-this", key))
    .setTitle(words.title)
    .addLabelComponents(
      new LabelBuilder()
        .setLabel(words.style)
        .setDescription(words.styleHint)
        .setFileUploadComponent(new FileUploadBuilder().setCustomId("style").setFileTypes("image")),
      new LabelBuilder().setLabel(words.variant).setStringSelectMenuComponent(
        new StringSelectMenuBuilder()
          .setCustomId("variant")
          .setRequired(false)
          .setOptions(
            VARIANT_CHOICES.map((value) => ({ label: VARIANT_NAME[value], value, default: value === "auto" })),
          ),
      ),
      new LabelBuilder()
        .setLabel(words.prompt)
        .setTextInputComponent(
          new TextInputBuilder()
            .setCustomId("prompt")
            .setStyle(TextInputStyle.Paragraph)
            .setMaxLength(PROMPT_LENGTH)
            .setRequired(false),
        ),
    );

interface StyleInput {
  readonly key: string;
  readonly style: Attachment;
  readonly variant: VariantChoice;
  readonly extraPrompt: string | null;
}

export const stylizeThisWith: ModalHandler<StyleInput> = {
  kind: "modal",
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  offerAgain: offerAgain("paint-again", (interaction) =>
    refilled(interaction, { values: {}, uploads: { content: { heldAs: subjectOf(interaction) } } }),
  ),

  parse(interaction) {
    const { fields } = interaction;
    const style = fields.getUploadedFiles("style")?.first();
    if (!style) throw new UserError("no-style", words.noStyle);
    return {
      key: subjectOf(interaction),
      style,
      variant: (fields.getStringSelectValues("variant")[0] as VariantChoice | undefined) ?? "auto",
      extraPrompt: checkedPrompt(fields.getTextInputValue("prompt")),
    };
  },

  async run({ interaction, bot, reply }, { key, style, variant, extraPrompt }) {
    const { guildId } = interaction;
    const userId = interaction.user.id;
    const request = plainRequest(bot, { userId, guildId, variant, description: null, extraPrompt });
    await submitPair(bot, reply, request, { content: { heldAs: key }, style });
  },
};
