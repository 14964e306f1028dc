/** *Cancel* on a job card: the requester, or whoever may manage messages. */
import { parseCustomId } from "../src/discord/custom-id.ts";
import type { ButtonHandler } from "../src/discord/handler.ts";
import { assertOwnerOrModerator } from "../src/discord/permissions.ts";
import { cancelWords as words, jobGone } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";

export const cancel: ButtonHandler<string> = {
  kind: "button",
  family: "cancel",
  acknowledge: "silent",

  parse: ({ customId: id }) => parseCustomId(id).parts[0] ?? "",

  async run({ interaction, bot }, jobId) {
    const job = await bot.queue.get(jobId);
    if (!job) throw new UserError("job-gone", jobGone);
    assertOwnerOrModerator(interaction, job.request.userId, words.notYours(job.request.userId));
    if (!(await bot.queue.cancel(jobId))) throw new UserError("settled", words.tooLate);
  },
};
