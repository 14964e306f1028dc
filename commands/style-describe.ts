/** `/style describe`: a style picture in words, as they would be painted with. */
import { type Attachment, SlashCommandSubcommandBuilder } from "discord.js";

import { describeStyle } from "../src/discord/styles/describe-style.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import { assertMayWork } from "../src/discord/interactions/permissions.ts";
import { liveReply } from "../src/discord/interactions/reply-message.ts";
import { describedView } from "../src/discord/styles/style-views.ts";
import { withRoom } from "../src/discord/interactions/submit.ts";
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
    const { user, guildId } = interaction;
    const { intake, store, deliveries } = bot;
    const message = liveReply(reply, bot, INTERVAL_MS);
    // It keeps the engine busy like a picture, so it counts as one.
    const whole = await withRoom(bot, { userId: user.id, guildId }, 1, () =>
      intake.keep([intake.picture(user.id, image, "style")], async ([picture]) => {
        const thumbnail = await thumbnailFile(store.files, picture, "style", described.alt(picture.name));
        const grow = (words: string): void => message.show(describedView(thumbnail, picture.name, words, null));
        grow("");
        const {
          text,
          describer,
          note = null,
        } = await describeStyle(bot, picture.sha256, {
          signal: bot.closing,
          onNews: (news) => news.type === "text" && grow(news.text),
        });
        return describedView(thumbnail, picture.name, text, { by: bot.describerLabel(describer), note });
      }),
    );
    const deliver = (): Promise<void> => message.deliver(whole);
    if (!(await deliveries.owe(`description ${interaction.id}`, interaction.channelId, deliver)))
      throw new CancelledError("The bot is going down");
  },
};
