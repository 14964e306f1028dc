/** `/style describe`: a style picture in words, as they would be painted with. */
import { type Attachment, SlashCommandSubcommandBuilder } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import type { View } from "../src/discord/messages/view.ts";
import { liveReply } from "../src/discord/interactions/reply-message.ts";
import { describedView } from "../src/discord/styles/style-views.ts";
import { described } from "../src/discord/wording/commands.ts";
import { CancelledError } from "../src/errors.ts";
import { describeStyle } from "../src/jobs/describe-style.ts";
import type { Asker } from "../src/jobs/queue.ts";
import { pictureOption } from "./painting-options.ts";

const INTERVAL_MS = 1000;

export const styleDescribe: SubcommandHandler<Attachment> = {
  kind: "subcommand",
  group: "style",
  data: new SlashCommandSubcommandBuilder()
    .setName("describe")
    .setDescription("Put the style of a picture into words")
    .addAttachmentOption(pictureOption("image", "The picture to look at", true)),
  acknowledge: "public",
  needs: { right: "paint", place: "work" },

  parse: ({ options }) => options.getAttachment("image", true),

  async run({ interaction, bot, reply }, image) {
    const { user, guildId } = interaction;
    const message = liveReply(reply, bot, INTERVAL_MS);
    const whole = await describe(bot, { userId: user.id, guildId }, reply.channelId, image, (view) =>
      message.show(view, "streaming"),
    );
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
      const thumbnail = await thumbnailFile(bot.store.files, style, "style", described.alt(style.name));
      const grow = (words: string): void => show(describedView(thumbnail, style.name, words, null));
      grow("");
      const {
        text,
        describer,
        note = null,
      } = await describeStyle(bot, style.sha256, {
        signal: bot.closing,
        onNews: (news) => news.type === "text" && grow(news.text),
      });
      return describedView(thumbnail, style.name, text, { by: bot.describerLabel(describer), note });
    } finally {
      await release();
    }
  } finally {
    room.release();
  }
}
