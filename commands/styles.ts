/** `/styles`: gallery and library in pictures, for whoever asks; *Paint with it* and *Surprise me* ask for the content. */
import { type Attachment, FileUploadBuilder, LabelBuilder, ModalBuilder } from "discord.js";

import { refilled } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler, ModalHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { findNamedStyle } from "../src/discord/styles/named-styles.ts";
import { anyStyle, stylesPage } from "../src/discord/styles/style-pages.ts";
import { paintWithWords as words } from "../src/discord/wording/gallery.ts";
import { UserError } from "../src/errors.ts";
import { offerAgain } from "./again.ts";
import { subjectOf } from "./job-button.ts";
import { plainRequest } from "./plain-request.ts";
import { checkedPrompt, promptField } from "./prompt.ts";

export const styles: SlashHandler<null> = {
  kind: "slash",
  data: slashCommand("styles").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    await reply.show(await stylesPage(bot, interaction.guildId, 1));
  },
};

/** *Previous* and *Next*. */
export const turnStyles: ButtonHandler<number> = {
  kind: "button",
  acknowledge: "silent",

  parse: (interaction) => Number(subjectOf(interaction)) || 1,

  async run({ interaction, bot, reply }, page) {
    await reply.show(await stylesPage(bot, interaction.guildId, page));
  },
};

/** The style that a button or its form is about; `null`: any. Names may hold what separates the parts. */
function namedBy({ customId }: { readonly customId: string }): string | null {
  const [kind, ...name] = parseCustomId(customId).parts;
  return kind === "style" ? name.join(":") : null;
}

export const paintWith: ButtonHandler<string | null> = {
  kind: "button",
  acknowledge: "none",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  parse: namedBy,

  async run({ interaction, bot, reply }, name) {
    const { user, guildId } = interaction;
    // A look only: whether the modal will be sent in is not known.
    bot.queue.reserve({ userId: user.id, guildId }).release();
    await reply.showModal(contentModal(interaction.customId, name));
  },
};

const contentModal = (id: string, name: string | null): ModalBuilder =>
  new ModalBuilder()
    .setCustomId(id)
    .setTitle(name === null ? words.surpriseTitle : words.title(name))
    .addLabelComponents(
      new LabelBuilder()
        .setLabel(words.content)
        .setDescription(words.contentHint)
        .setFileUploadComponent(new FileUploadBuilder().setCustomId("content").setFileTypes("image")),
      promptField(words.prompt),
    );

interface ContentInput {
  readonly name: string | null;
  readonly content: Attachment;
  readonly extraPrompt: string | null;
}

export const paintWithContent: ModalHandler<ContentInput> = {
  kind: "modal",
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  offerAgain: offerAgain("paint-again", (interaction) => {
    const name = namedBy(interaction);
    return name === null ? null : refilled(interaction, { values: { with: name }, uploads: {} });
  }),

  parse(interaction) {
    const content = interaction.fields.getUploadedFiles("content")?.first();
    if (!content) throw new UserError("no-content", words.noContent);
    return {
      name: namedBy(interaction),
      content,
      extraPrompt: checkedPrompt(interaction.fields.getTextInputValue("prompt")),
    };
  },

  async run({ interaction, bot, reply }, { name, content, extraPrompt }) {
    const { guildId } = interaction;
    const userId = interaction.user.id;
    const chosen = name ?? (await anyStyle(bot, guildId, Math.random()));
    const { picture, description } = await findNamedStyle(bot, { guildId, userId }, chosen);
    const request = plainRequest(bot, { userId, guildId, variant: "auto", description, extraPrompt });
    await submitPair(bot, reply, request, { content, style: picture });
  },
};
