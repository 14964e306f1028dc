/** `/stylize`: repaint one picture in the style of another. */
import type { CacheType } from "discord.js";

import { filledIn } from "../src/discord/interactions/filled-form.ts";
import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { loraChoices } from "../src/discord/interactions/wishes.ts";
import { offerPaintAgain, paintInput, type PaintInput, paintPair } from "./paint-pair.ts";
import { contentOption, styleOption, withPaintingOptions } from "./painting-options.ts";

const data = slashCommand("stylize").addAttachmentOption(contentOption).addAttachmentOption(styleOption);

export const stylize: SlashHandler<PaintInput, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: withPaintingOptions(data).toJSON(),
  acknowledge: "public",
  needs: { right: "paint", place: "work", pictures: () => 1 },
  offerAgain: offerPaintAgain,
  autocomplete: loraChoices,

  parse: (interaction) => paintInput(filledIn(interaction)),

  run: paintPair,
};
