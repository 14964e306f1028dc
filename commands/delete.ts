/** *Delete* on a result: the requester, or whoever may manage messages. */
import { Routes } from "discord.js";

import { isMessageGone } from "../src/discord/discord-error.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { persevere } from "../src/discord/messages/persevere.ts";
import { deleteWords as words } from "../src/discord/wording/commands.ts";
import { findOwnJob, subjectOf } from "./job-button.ts";

interface DeleteInput {
  readonly jobId: string;
  /** The message that it is about, where its button stands on another one: the panel of *More…*. */
  readonly messageId: string | null;
}

export const remove: ButtonHandler<DeleteInput> = {
  kind: "button",
  acknowledge: "silent",

  parse(interaction) {
    const [, messageId = null] = parseCustomId(interaction.customId).parts;
    return { jobId: subjectOf(interaction), messageId };
  },

  async run(call, { jobId, messageId }) {
    await findOwnJob(call, jobId, words.notYours);
    const { interaction, bot, reply } = call;
    const route = Routes.channelMessage(interaction.channelId, messageId ?? interaction.message.id);
    await persevere(() => bot.client.rest.delete(route)).catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
    if (messageId !== null) await reply.show(noticeView(words.done));
  },
};
