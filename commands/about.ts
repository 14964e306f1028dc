/** `/about`: what this bot is, what it paints with, and what it keeps. */
import type { CacheType } from "discord.js";

import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { aboutText } from "../src/discord/wording/commands.ts";

export const about: SlashHandler<null, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: slashCommand("about").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ bot, reply }) {
    await reply.show(noticeView(aboutText(bot.tasks.info)));
  },
};
