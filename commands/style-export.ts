/** `/style export` and `/style import`: learned styles as small files, from other servers and other programs too. */
import type { Attachment } from "discord.js";

import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, subcommand } from "../src/discord/interactions/localised.ts";
import { thumbnailFile } from "../src/discord/messages/thumbnail.ts";
import { assertRoomFor, saveStyle } from "../src/discord/styles/library.ts";
import { tokenFileOf } from "../src/discord/styles/token-transfer.ts";
import { fileView, picturesView } from "../src/discord/styles/style-views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { STYLE_NAME_LENGTH, styleName } from "../src/jobs/style.ts";
import { sayAloud } from "../src/words/say.ts";
import { onStyle } from "./on-style.ts";
import { pictureOption } from "./painting-options.ts";

export const styleExport = onStyle(
  "export",
  async ({ bot, reply }, style) => {
    const file = await tokenFileOf(bot.store.files, style);
    await reply.show(sayAloud(() => fileView(words.exported(style.name), file)));
  },
  { right: "export" },
);

interface ImportInput {
  readonly file: Attachment;
  readonly image: Attachment;
  readonly name: string | null;
}

export const styleImport: SubcommandHandler<ImportInput> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.import")
    .addAttachmentOption((option) => localised(option, "file").setRequired(true))
    .addAttachmentOption(pictureOption("image.imported", true))
    .addStringOption((option) => localised(option, "name.imported").setMaxLength(STYLE_NAME_LENGTH)),
  acknowledge: "public",
  needs: { right: "paint" },

  parse({ options }) {
    const name = options.getString("name");
    return {
      file: options.getAttachment("file", true),
      image: options.getAttachment("image", true),
      name: name === null ? null : styleName(name),
    };
  },

  async run({ interaction, bot, reply }, { file, image, name }) {
    const { guildId, user } = interaction;
    if (name !== null) await assertRoomFor(bot, guildId, name);
    const {
      token,
      style: picture,
      release,
    } = await bot.intake.take(user.id, reply.channelId, { token: file, style: image });
    try {
      const { sha256, about, vectors } = token;
      const fileName = (file.title ?? file.name).replace(/\.[A-Za-z0-9]+$/, "");
      const style = await saveStyle(bot, {
        guildId,
        ownerId: user.id,
        name: name ?? (about.name ?? fileName).slice(0, STYLE_NAME_LENGTH),
        picture,
        description: about.description,
        tokenSha256: sha256,
      });
      await sayAloud(async () => {
        const thumbnail = await thumbnailFile(bot.store.files, picture, "style", words.alt(style));
        await reply.show(picturesView(words.imported(style, vectors), [thumbnail]));
      });
    } finally {
      await release();
    }
  },
};
