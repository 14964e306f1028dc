/** *More…* on a result: what else can be done with it, for whoever presses. */
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { morePanel } from "../src/discord/jobs/more-panel.ts";
import { findJob, largestSide, subjectOf } from "./job-button.ts";

export const more: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "private",

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    await reply.show(morePanel(await findJob(bot, jobId), interaction.message.id, largestSide(bot)));
  },
};
