/** `/style describe`: a style picture in words, as they would be painted with. */
import type { Attachment } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { subcommand } from "../src/discord/interactions/localised.ts";
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import type { View } from "../src/discord/messages/view.ts";
import { liveReply } from "../src/discord/interactions/reply-message.ts";
import { describedView } from "../src/discord/styles/style-views.ts";
import { described } from "../src/discord/wording/commands.ts";
import { describerName } from "../src/discord/wording/descriptions.ts";
import { CancelledError } from "../src/errors.ts";
import { describeStyle } from "../src/jobs/describe-style.ts";
import type { EngineNews } from "../src/jobs/engine.ts";
import type { PictureRef } from "../src/jobs/job.ts";
import type { Asker } from "../src/jobs/queue.ts";
import { inThisLanguage, sayAloud } from "../src/words/say.ts";
import { pictureOption } from "./painting-options.ts";

const INTERVAL_MS = 1000;

export const styleDescribe: SubcommandHandler<Attachment> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.describe").addAttachmentOption(pictureOption("image.described", true)),
  acknowledge: "public",
  needs: { right: "paint", place: "work" },

  parse: ({ options }) => options.getAttachment("image", true),

  async run({ interaction, bot, reply }, image) {
    const { user, guildId } = interaction;
    const message = liveReply(reply, bot, INTERVAL_MS);
    const show = (view: View): void => message.show(view, "streaming");
    const whole = await describe(bot, { userId: user.id, guildId }, reply.channelId, image, show);
    const deliver = (): Promise<void> => message.deliver(whole);
    if (!(await bot.deliveries.owe(`description ${interaction.id}`, interaction.channelId, deliver)))
      throw new CancelledError("The bot is going down");
  },
};

/** Takes the picture in and describes it; `show` hears of the words as they grow. @returns the whole description */
async function describe(
  bot: Bot,
  asker: Asker,
  channelId: string,
  image: Attachment,
  show: (view: View) => void,
): Promise<View> {
  // It keeps the engine busy like a picture, so it counts as one.
  const room = bot.queue.reserve(asker);
  try {
    const { style, release } = await bot.intake.take(asker.userId, channelId, { style: image });
    try {
      return await sayAloud(() => describeStored(bot, style, show));
    } finally {
      await release();
    }
  } finally {
    room.release();
  }
}

/** The same of a picture of the store, in the language that is spoken. */
async function describeStored(bot: Bot, { sha256, name }: PictureRef, show: (view: View) => void): Promise<View> {
  const thumbnail = await thumbnailFile(bot.store.files, { sha256 }, "style", described.alt(name));
  const grow = inThisLanguage((words: string) => show(describedView(thumbnail, name, words, null)));
  grow("");
  const onNews = (news: EngineNews): void => void (news.type === "text" && grow(news.text));
  const { text, describer, note = null } = await describeStyle(bot, sha256, { signal: bot.closing, onNews });
  return describedView(thumbnail, name, text, { by: describerName(describer, bot.describerLabel), note });
}
