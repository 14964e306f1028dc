/** *Delete* on a result: the requester, or whoever may manage messages. */
import { Routes } from "discord.js";

import { isMessageGone } from "../src/discord/discord-error.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { persevere } from "../src/discord/messages/persevere.ts";
import { deleteWords as words } from "../src/discord/wording/commands.ts";
import { findOwnJob, subjectOf } from "./job-button.ts";

export const remove: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "silent",

  parse: subjectOf,

  async run(call, jobId) {
    await findOwnJob(call, jobId, words.notYours);
    const { interaction, bot } = call;
    const route = Routes.channelMessage(interaction.channelId, interaction.message.id);
    await persevere(() => bot.client.rest.delete(route)).catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
  },
};
