/** *Delete* on a result: asks once, then erases it. For the requester, and whoever may manage messages. */
import { ButtonStyle, type CacheType } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler } from "../src/discord/interactions/handler.ts";
import { isOutside } from "../src/discord/interactions/whereabouts.ts";
import { noticeView, press, row, text } from "../src/discord/messages/components.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { view } from "../src/discord/messages/view.ts";
import { deleteWords as words } from "../src/discord/wording/delete.ts";
import { UserError } from "../src/errors.ts";
import { findOwnJob, subjectOf } from "./job-button.ts";

const compared = (): UserError => new UserError("being-compared", words.compared);

/** @throws UserError `being-compared` */
async function othersThan({ erasing }: Bot, jobId: string) {
  const others = await erasing.othersThan(jobId);
  if (others === null) throw compared();
  return others;
}

interface DeleteInput {
  readonly jobId: string;
  /** The message that it is about, where its button stands on another one: the panel of *More…*. */
  readonly messageId: string | null;
}

export const remove: ButtonHandler<DeleteInput, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "silent",

  parse(interaction) {
    const [, messageId = null] = parseCustomId(interaction.customId).parts;
    return { jobId: subjectOf(interaction), messageId };
  },

  async run(call, { jobId, messageId }) {
    const { interaction, bot, reply } = call;
    await findOwnJob(call, jobId, words.notYours);
    const surely = press("erase", words.button, ButtonStyle.Danger, jobId, messageId ?? interaction.message.id);
    const question = view([text(words.ask(await othersThan(bot, jobId))), row(surely)]);
    // The panel gives way to it.
    await (messageId === null ? reply.whisper(question) : reply.show(question));
  },
};

export const erase: ButtonHandler<{ readonly jobId: string; readonly messageId: string }, CacheType> = {
  kind: "button",
  everywhere: true,
  acknowledge: "silent",

  parse({ customId: id }) {
    const [jobId = "", messageId = ""] = parseCustomId(id).parts;
    return { jobId, messageId };
  },

  async run(call, { jobId, messageId }) {
    const { interaction, bot, reply } = call;
    await findOwnJob(call, jobId, words.notYours);
    const outside = isOutside(interaction);
    const place = outside ? null : { channelId: interaction.channelId, messageId };
    if (!(await bot.erasing.delete(jobId, place))) throw compared();
    // Where the bot is no member it takes its message off through the press on that, by which all this began.
    const isOff = !outside || (await bot.openReplies.remove(messageId));
    await reply.show(noticeView(isOff ? words.done : words.doneButShown));
  },
};
