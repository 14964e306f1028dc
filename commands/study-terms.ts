/** Options of every `/study` that asks people: for how long, and how many pairs of each. */
import type { ChatInputCommandInteraction, SlashCommandSubcommandBuilder } from "discord.js";

import { localised } from "../src/discord/interactions/localised.ts";

export const STUDY_GROUP = "study";
const [DEFAULT_DAYS, MOST_DAYS] = [14, 90];
/** In three minutes, and a long quarter of an hour. */
const [DEFAULT_EACH, MOST_EACH] = [12, 48];

type Interaction = ChatInputCommandInteraction<"cached">;

/** How people are asked. */
export const withTerms = (data: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder =>
  data
    .addIntegerOption((option) =>
      localised(option, "days", { days: DEFAULT_DAYS }).setMinValue(1).setMaxValue(MOST_DAYS),
    )
    .addNumberOption((option) => localised(option, "width").setMinValue(0.05).setMaxValue(1))
    .addIntegerOption((option) =>
      localised(option, "pairs", { pairs: DEFAULT_EACH }).setMinValue(1).setMaxValue(MOST_EACH),
    );

export const termsOf = ({ options }: Interaction) => ({
  days: options.getInteger("days") ?? DEFAULT_DAYS,
  width: options.getNumber("width"),
  each: options.getInteger("pairs") ?? DEFAULT_EACH,
});
