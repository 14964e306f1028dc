/** `/history`: one's last pictures in this server, each with *Again*. */
import { SlashCommandBuilder } from "discord.js";

import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { historyPage } from "../src/discord/jobs/history-page.ts";
import { subjectOf } from "./job-button.ts";

export const history: SlashHandler<null> = {
  kind: "slash",
  data: new SlashCommandBuilder().setName("history").setDescription("Your last pictures in this server").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const { user, guildId } = interaction;
    await reply.show(await historyPage(bot, { userId: user.id, guildId }));
  },
};

/** *Older* and *Newest*. */
export const turnHistory: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "silent",

  parse: subjectOf,

  async run({ interaction, bot, reply }, before) {
    const { user, guildId } = interaction;
    // The panel is seen by one person alone; whose pictures it shows is not in its buttons.
    await reply.show(await historyPage(bot, { userId: user.id, guildId }, before === "" ? undefined : before));
  },
};
