/** *Cancel* on a job card: the requester, or whoever may manage messages. */
import type { CacheType } from "discord.js";

import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { cancelWords as words } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";
import { findOwnJob, subjectOf } from "./job-button.ts";

export const cancel: ButtonHandler<string, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "silent",

  parse: subjectOf,

  async run(call, jobId) {
    const { id } = await findOwnJob(call, jobId, words.notYours);
    if (!(await call.bot.queue.cancel(id))) throw new UserError("settled", words.tooLate);
  },
};
