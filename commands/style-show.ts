/** `/style show`: one style of the library, with its description. */
import { SlashCommandSubcommandBuilder } from "discord.js";

import type { SubcommandHandler } from "../src/discord/handler.ts";
import { thumbnailFile } from "../src/discord/job-pictures.ts";
import { descriptionOf, findStyle, styleChoices, styleNameOption } from "../src/discord/styles/library.ts";
import { picturesView } from "../src/discord/styles/views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";

export const styleShow: SubcommandHandler<string> = {
  kind: "subcommand",
  group: "style",
  data: new SlashCommandSubcommandBuilder()
    .setName("show")
    .setDescription("Look at a style of this server")
    .addStringOption(styleNameOption("name", "Which style", true)),
  acknowledge: "public",
  autocomplete: styleChoices,

  parse: ({ options }) => options.getString("name", true),

  async run({ interaction, bot, reply }, name) {
    const style = await findStyle(bot, interaction.guildId, name);
    const thumbnail = await thumbnailFile(bot.store.files, style.picture, "style", words.alt(style));
    await reply.show(picturesView(words.about(style, await descriptionOf(bot, style)), [thumbnail]));
  },
};
