/** The modal that asks for the other picture of a pair, where one was chosen from a menu and is held meanwhile. */
import {
  type Attachment,
  type CacheType,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  StringSelectMenuBuilder,
} from "discord.js";

import type { Upload } from "../src/discord/intake/downloads.ts";
import type { Call, ModalHandler } from "../src/discord/interactions/handler.ts";
import { refilled } from "../src/discord/interactions/filled-form.ts";
import { submitPair } from "../src/discord/interactions/submit.ts";
import { customId, type ModalFamily } from "../src/discord/messages/custom-id.ts";
import { pairModalWords as words, variantName } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import type { PictureRole } from "../src/images/refusals.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../src/variant.ts";
import { offerAgain } from "./again.ts";
import { subjectOf } from "./job-button.ts";
import { plainRequest } from "./plain-request.ts";
import { checkedPrompt, promptField } from "./prompt.ts";

type Shown = Call<{ readonly id: string; readonly user: { readonly id: string }; readonly guildId: string | null }>;

/** What each modal is called, by the picture that it asks for. */
const FAMILY = { style: "stylize-this", content: "use-as-style" } as const satisfies Record<PictureRole, ModalFamily>;

/** Shows the modal, and fetches the picture that was chosen while the person looks for the other. */
export async function askFor(asks: PictureRole, chosen: Upload, { interaction, bot, reply }: Shown): Promise<void> {
  const { id, user, guildId } = interaction;
  // A look only: whether the modal will be sent in is not known.
  bot.queue.reserve({ userId: user.id, guildId }).release();
  await reply.showModal(pairModal(customId(FAMILY[asks], id), asks));
  // Another user's message cannot be read again later.
  bot.intake.hold(user.id, id, chosen, asks === "style" ? "content" : "style");
}

const pairModal = (id: string, asks: PictureRole): ModalBuilder =>
  new ModalBuilder()
    .setCustomId(id)
    .setTitle(words.title[asks])
    .addLabelComponents(
      new LabelBuilder()
        .setLabel(words.label[asks])
        .setDescription(words.hint[asks])
        .setFileUploadComponent(new FileUploadBuilder().setCustomId(asks).setFileTypes("image")),
      new LabelBuilder().setLabel(words.variant).setStringSelectMenuComponent(
        new StringSelectMenuBuilder()
          .setCustomId("variant")
          .setRequired(false)
          .setOptions(
            VARIANT_CHOICES.map((value) => ({ label: variantName(value), value, default: value === "auto" })),
          ),
      ),
      promptField(words.prompt),
    );

interface PairAnswers {
  /** Under which the other picture is held. */
  readonly key: string;
  readonly picture: Attachment;
  readonly variant: VariantChoice;
  readonly extraPrompt: string | null;
}

/** Takes the modal in that asks for one picture. */
export const answeredWith = (asks: PictureRole): ModalHandler<PairAnswers, CacheType> => ({
  kind: "modal",
  everywhere: true,
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },

  offerAgain: offerAgain("paint-again", (interaction) => {
    const held = asks === "style" ? "content" : "style";
    return refilled(interaction, { values: {}, uploads: { [held]: { heldAs: subjectOf(interaction) } } });
  }),

  parse(interaction) {
    const { fields } = interaction;
    const picture = fields.getUploadedFiles(asks)?.first();
    if (!picture) throw new UserError(`no-${asks}`, words.missing[asks]);
    return {
      key: subjectOf(interaction),
      picture,
      variant: (fields.getStringSelectValues("variant")[0] as VariantChoice | undefined) ?? "auto",
      extraPrompt: checkedPrompt(fields.getTextInputValue("prompt")),
    };
  },

  async run({ interaction, bot, reply }, { key, picture, variant, extraPrompt }) {
    const { guildId, user } = interaction;
    const request = plainRequest(bot, { userId: user.id, guildId, variant, description: null, extraPrompt });
    const held = { heldAs: key };
    const pair = asks === "style" ? { content: held, style: picture } : { content: picture, style: held };
    await submitPair(bot, reply, request, pair);
  },
});
