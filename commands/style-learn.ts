/** `/style learn` and *Learn this style*: a style's token, learned in the background; *Cancel* keeps what was learned. */
import type { Attachment } from "discord.js";

import type { Bot } from "../src/discord/interactions/bot.ts";
import type { ButtonHandler, SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { subcommand } from "../src/discord/interactions/localised.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { assertRoomFor, keepGalleryStyle, saveStyle, styleOf } from "../src/discord/styles/library.ts";
import { nameChoices } from "../src/discord/styles/named-styles.ts";
import { learning as words, styleWords } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { galleryStyle } from "../src/jobs/gallery.ts";
import type { PictureRef } from "../src/jobs/job.ts";
import { styleName } from "../src/jobs/style.ts";
import { findJob, subjectOf } from "./job-button.ts";
import { pictureOption, styleNameOption } from "./painting-options.ts";

interface LearnInput {
  readonly name: string;
  readonly image: Attachment | null;
}

export const styleLearn: SubcommandHandler<LearnInput> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.learn")
    .addStringOption(styleNameOption("name.learned", true))
    .addAttachmentOption(pictureOption("image.learned", false)),
  acknowledge: "public",
  needs: { right: "learn", place: "work" },
  autocomplete: nameChoices,

  parse: ({ options }) => ({
    name: styleName(options.getString("name", true)),
    image: options.getAttachment("image"),
  }),

  async run({ interaction, bot, reply }, { name, image }) {
    assertCanLearn(bot);
    const { guildId, user } = interaction;
    const known = await bot.store.styles.find(guildId, name);
    const shipped = known || image ? null : galleryStyle(name);
    if (shipped) {
      const { style, release } = await bot.intake.take(user.id, reply.channelId, { style: shipped });
      try {
        const own = await keepGalleryStyle(bot, { guildId, ownerId: user.id, name: shipped.name, picture: style });
        return await bot.learning.ask(reply, own, user.id);
      } finally {
        await release();
      }
    }
    if (!known && !image) throw new UserError("style-unknown", styleWords.needsPicture(name));
    const learn = async (picture: PictureRef): Promise<void> => {
      if (known && known.picture.sha256 !== picture.sha256)
        throw new UserError("style-taken", styleWords.otherPicture(known.name));
      const fresh = { guildId, ownerId: user.id, name, picture, description: null, tokenSha256: null };
      await bot.learning.ask(reply, known ?? (await saveStyle(bot, fresh)), user.id);
    };
    if (!image) return learn(known!.picture);
    if (!known) await assertRoomFor(bot, guildId, name);
    const { style, release } = await bot.intake.take(user.id, reply.channelId, { style: image });
    try {
      await learn(style);
    } finally {
      await release();
    }
  },
};

/** On results of the diffusion engine: the style picture goes into the library, if it is not there, and is learned. */
export const learnThis: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "public",
  needs: { right: "learn", place: "work" },

  parse: subjectOf,

  async run({ interaction, bot, reply }, jobId) {
    assertCanLearn(bot);
    const { guildId, user } = interaction;
    const job = await findJob(bot, jobId);
    const { style } = await styleOf(bot, guildId, user.id, job);
    await bot.learning.ask(reply, style, user.id);
  },
};

export const stopLearning: ButtonHandler<string> = {
  kind: "button",
  acknowledge: "silent",

  parse: subjectOf,

  async run({ interaction, bot }, id) {
    const requester = await bot.learning.requesterOf(id);
    if (requester === null) throw new UserError("too-late", words.tooLate);
    assertOwnerOrModerator(interaction, requester, words.notYours(requester));
    if (!(await bot.learning.stop(id))) throw new UserError("too-late", words.tooLate);
  },
};

function assertCanLearn({ tasks }: Bot): void {
  const refusal = tasks.whyNoLearning();
  if (refusal) throw refusal;
}
