/** *More…* on a result: what else can be done with it, for whoever presses. */
import type { CacheType } from "discord.js";

import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { isOutside, serverIdOf } from "../src/discord/interactions/whereabouts.ts";
import { morePanel } from "../src/discord/jobs/more-panel.ts";
import { findJob, largestSide, subjectOf } from "./job-button.ts";

export const more: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "private",

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const resultMessageId = isOutside(interaction) ? null : interaction.message.id;
    const inServer = serverIdOf(interaction) !== null;
    await reply.show(morePanel(await findJob(bot, jobId), { inServer, resultMessageId, largest: largestSide(bot) }));
  },
};
