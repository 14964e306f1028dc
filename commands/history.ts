/** `/history`: one's last pictures in this server, each with *Again*; outside of servers, those that are of none. */
import type { CacheType } from "discord.js";

import type { ButtonHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { slashCommand } from "../src/discord/interactions/localised.ts";
import { serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { historyPage } from "../src/discord/jobs/history-page.ts";
import { subjectOf } from "./job-button.ts";

export const history: SlashHandler<null, CacheType> = {
  kind: "slash",
  everywhere: true,
  data: slashCommand("history").toJSON(),
  acknowledge: "private",

  parse: () => null,

  async run({ interaction, bot, reply }) {
    const asker = { userId: interaction.user.id, guildId: serverIdOf(interaction) };
    await reply.show(await historyPage(bot, asker));
  },
};

/** *Older* and *Newest*. */
export const turnHistory: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "silent",

  parse: subjectOf,

  async run({ interaction, bot, reply }, before) {
    const asker = { userId: interaction.user.id, guildId: serverIdOf(interaction) };
    // The panel is seen by one person alone; whose pictures it shows is not in its buttons.
    await reply.show(await historyPage(bot, asker, before === "" ? undefined : before));
  },
};
