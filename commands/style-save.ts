/** `/style save` and *Save this style*: puts a style picture into the server's library under a name. */
import type { Attachment } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler, SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, subcommand } from "../src/discord/interactions/localised.ts";
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import { assertRoomFor, saveStyle, styleOf } from "../src/discord/styles/library.ts";
import { picturesView } from "../src/discord/styles/style-views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { galleryStyle } from "../src/jobs/gallery.ts";
import type { Job } from "../src/jobs/job.ts";
import { STYLE_NAME_LENGTH, styleName } from "../src/jobs/style.ts";
import { sayAloud } from "../src/words/say.ts";
import { findJob, subjectOf } from "./job-button.ts";
import { pictureOption } from "./painting-options.ts";
import { checkedPrompt, PROMPT_LENGTH } from "./prompt.ts";

interface SaveInput {
  readonly image: Attachment;
  readonly name: string;
  readonly description: string | null;
}

export const styleSave: SubcommandHandler<SaveInput> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.save")
    .addAttachmentOption(pictureOption("image.new", true))
    .addStringOption((option) => localised(option, "name.new").setMaxLength(STYLE_NAME_LENGTH).setRequired(true))
    .addStringOption((option) => localised(option, "description").setMaxLength(PROMPT_LENGTH)),
  acknowledge: "public",
  needs: { right: "paint" },

  parse: ({ options }) => ({
    image: options.getAttachment("image", true),
    name: styleName(options.getString("name", true)),
    description: checkedPrompt(options.getString("description")),
  }),

  async run({ interaction, bot, reply }, { image, name, description }) {
    const { guildId, user } = interaction;
    await assertRoomFor(bot, guildId, name);
    const { style: picture, release } = await bot.intake.take(user.id, reply.channelId, { style: image });
    try {
      const style = await saveStyle(bot, { guildId, ownerId: user.id, name, picture, description, tokenSha256: null });
      await sayAloud(async () => {
        const thumbnail = await thumbnailFile(bot.store.files, picture, "style", words.alt(style));
        await reply.show(picturesView(words.saved(style, bot.tasks.whyNoLearning() === null), [thumbnail]));
      });
    } finally {
      await release();
    }
  },
};

/** On results: the style picture goes into the library under its own name, if it is not there. */
export const saveThis: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "public",
  needs: { right: "paint" },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    const { guildId, user } = interaction;
    const job = await findJob(bot, jobId);
    if (await isOfGallery(bot, reply.channelId, job))
      throw new UserError("style-of-gallery", words.inGallery(job.request.style.name));
    const { style, isNew } = await styleOf(bot, guildId, user.id, job);
    await sayAloud(async () => {
      const thumbnail = await thumbnailFile(bot.store.files, style.picture, "style", words.alt(style));
      const said = isNew ? words.saved(style, bot.tasks.whyNoLearning() === null) : words.savedBefore(style);
      await reply.show(picturesView(said, [thumbnail]));
    });
  },
};

/** Whether a job's style picture is the gallery's of that name: anybody may call a picture of their own so. */
async function isOfGallery({ intake }: Bot, channelId: string, { request }: Job): Promise<boolean> {
  const { userId, style: asked } = request;
  const shipped = galleryStyle(asked.name);
  if (!shipped) return false;
  const { style, release } = await intake.take(userId, channelId, { style: shipped });
  await release();
  return style.sha256 === asked.sha256;
}
