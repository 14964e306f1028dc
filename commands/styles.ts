/** `/styles`: gallery and library in pictures, for whoever asks; *Paint with it* and *Surprise me* ask for the content. */
import {
  type ButtonBuilder,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  type ModalSubmitInteraction,
} from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import { type FilledForm, refilled } from "../src/discord/interactions/filled-form.ts";
import type { ButtonHandler, ModalHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import type { Held } from "../src/discord/intake/intake.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { findNamedStyle } from "../src/discord/styles/named-styles.ts";
import { anyStyle, stylesPage } from "../src/discord/styles/style-pages.ts";
import { paintWithWords as words } from "../src/discord/wording/gallery.ts";
import { UserError } from "../src/errors.ts";
import { formSent, keptAs, keptForm, offerAgain, refusedBy, uploadField } from "./again.ts";
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
    const kept = keptForm(interaction, bot);
    await reply.showModal(contentModal(interaction.customId, name, kept));
  },
};

/** @param kept what was filled in before */
function contentModal(id: string, name: string | null, kept: FilledForm | null): ModalBuilder {
  const content = kept?.uploads["content"];
  const upload = content
    ? uploadField(["content", content])
    : new LabelBuilder()
        .setLabel(words.content)
        .setDescription(words.contentHint)
        .setFileUploadComponent(new FileUploadBuilder().setCustomId("content").setFileTypes("image"));
  return new ModalBuilder()
    .setCustomId(id)
    .setTitle(name === null ? words.surpriseTitle : words.title(name))
    .addLabelComponents(upload, promptField(words.prompt, kept?.values["prompt"]));
}

interface ContentInput {
  readonly name: string | null;
  /** `null`: the one that was sent before. */
  readonly content: Held | null;
  readonly extraPrompt: string | null;
}

const offerNamed = offerAgain("paint-again", (interaction: ModalSubmitInteraction) =>
  refilled(interaction, { values: { with: namedBy(interaction)! }, uploads: {} }),
);

/** It is to stay a surprise: the same form again. */
const offerSurprise = (interaction: ModalSubmitInteraction, bot: Bot, refusal: UserError): ButtonBuilder =>
  keptAs("paint-with", interaction, bot, refusedBy(refusal, formSent(interaction, bot)), "surprise");

export const paintWithContent: ModalHandler<ContentInput> = {
  kind: "modal",
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  offerAgain: (...refused) => (namedBy(refused[0]) === null ? offerSurprise(...refused) : offerNamed(...refused)),

  parse(interaction) {
    return {
      name: namedBy(interaction),
      content: refilled(interaction).uploads["content"] ?? null,
      extraPrompt: checkedPrompt(interaction.fields.getTextInputValue("prompt")),
    };
  },

  async run({ interaction, bot, reply }, { name, content: given, extraPrompt }) {
    const { guildId } = interaction;
    const content = given ?? formSent(interaction, bot).uploads["content"];
    if (!content) throw new UserError("no-content", words.noContent);
    const userId = interaction.user.id;
    const chosen = name ?? (await anyStyle(bot, guildId, Math.random()));
    const { picture, description } = await findNamedStyle(bot, { guildId, userId }, chosen);
    const request = plainRequest(bot, { userId, guildId, variant: "auto", description, extraPrompt });
    await submitPair(bot, reply, request, { content, style: picture });
  },
};
