/** `/about`: what this bot is, what it paints with, and what it keeps. */
import { type CacheType, SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { aboutText } from "../src/discord/wording/commands.ts";

export const about: SlashHandler<null, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: new SlashCommandBuilder().setName("about").setDescription("What Atelier is, and how to use it").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ bot, reply }) {
    await reply.show(noticeView(aboutText(bot.tasks.info)));
  },
};
