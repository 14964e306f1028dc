/** *Delete* on a result: the requester, or whoever may manage messages. */
import { Routes } from "discord.js";

import { parseCustomId } from "../src/discord/custom-id.ts";
import { isMessageGone } from "../src/discord/discord-error.ts";
import type { ButtonHandler } from "../src/discord/handler.ts";
import { assertOwnerOrModerator } from "../src/discord/permissions.ts";
import { persevere } from "../src/discord/persevere.ts";
import { deleteWords as words, jobGone } from "../src/discord/wording/commands.ts";
import { UserError } from "../src/errors.ts";

export const remove: ButtonHandler<string> = {
  kind: "button",
  family: "delete",
  acknowledge: "silent",

  parse: ({ customId: id }) => parseCustomId(id).parts[0] ?? "",

  async run({ interaction, bot }, jobId) {
    const job = await bot.queue.get(jobId);
    if (!job) throw new UserError("job-gone", jobGone);
    assertOwnerOrModerator(interaction, job.request.userId, words.notYours(job.request.userId));
    const route = Routes.channelMessage(interaction.channelId, interaction.message.id);
    await persevere(() => bot.client.rest.delete(route)).catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
  },
};
