/** `/paint`: repaint a picture in a style that has a name, or in a blend of up to three: of the gallery, of the server, of one's last pictures. */
import type { CacheType } from "discord.js";

import { filledIn } from "../src/discord/interactions/filled-form.ts";
import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { loraChoices } from "../src/discord/interactions/wishes.ts";
import { namedStyleChoices } from "../src/discord/styles/named-styles.ts";
import { offerPaintAgain, paintInput, type PaintInput, paintPair } from "./paint-pair.ts";
import { contentOption, styleNameOption, weightsOption, withPaintingOptions } from "./painting-options.ts";

const data = slashCommand("paint")
  .addAttachmentOption(contentOption)
  .addStringOption(styleNameOption("with", true))
  .addStringOption(styleNameOption("and", false))
  .addStringOption(styleNameOption("and_too", false))
  .addStringOption(weightsOption);

export const paint: SlashHandler<PaintInput, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: withPaintingOptions(data).toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },
  offerAgain: offerPaintAgain,
  autocomplete: (interaction, bot) =>
    interaction.options.getFocused(true).name === "lora"
      ? loraChoices(interaction, bot)
      : namedStyleChoices(
          bot,
          { guildId: serverIdOf(interaction), userId: interaction.user.id },
          interaction.options.getFocused(),
        ),

  parse: (interaction) => paintInput(filledIn(interaction)),

  run: paintPair,
};
