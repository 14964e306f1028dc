/** `/style describe`: a style picture in words, as they would be painted with. */
import { type Attachment, SlashCommandSubcommandBuilder } from "discord.js";

import { describeStyle } from "../src/discord/describe-style.ts";
import type { SubcommandHandler } from "../src/discord/handler.ts";
import { takePicture } from "../src/discord/intake.ts";
import { thumbnailFile } from "../src/discord/job-pictures.ts";
import { assertMayWork } from "../src/discord/permissions.ts";
import { liveReply } from "../src/discord/reply-message.ts";
import { describedView } from "../src/discord/views.ts";
import { described } from "../src/discord/wording/commands.ts";
import { CancelledError } from "../src/errors.ts";
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

  parse: ({ options }) => options.getAttachment("image", true),

  async run({ interaction, bot, reply }, image) {
    assertMayWork(interaction);
    const picture = await takePicture(bot, image, "style");
    const thumbnail = await thumbnailFile(bot.store.files, picture, "style", described.alt(picture.name));
    const message = liveReply(reply, bot, INTERVAL_MS);
    const grow = (words: string): void => message.show(describedView(thumbnail, picture.name, words, null));
    grow("");
    const {
      text,
      describer,
      note = null,
    } = await describeStyle(bot, picture.sha256, {
      onText: grow,
      signal: bot.closing,
    });
    const whole = describedView(thumbnail, picture.name, text, { by: bot.describerLabel(describer), note });
    const deliver = (): Promise<void> => message.deliver(whole);
    if (!(await bot.deliveries.owe(`description ${interaction.id}`, interaction.channelId, deliver)))
      throw new CancelledError("The bot is going down");
  },
};
