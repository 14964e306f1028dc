/** `/style export` and `/style import`: learned styles as small files, from other servers and other programs too. */
import { type Attachment, SlashCommandSubcommandBuilder } from "discord.js";

import type { SubcommandHandler } from "../src/discord/handler.ts";
import { takePicture } from "../src/discord/intake.ts";
import { thumbnailFile } from "../src/discord/job-pictures.ts";
import { saveStyle } from "../src/discord/styles/library.ts";
import { takeToken, tokenFileOf } from "../src/discord/styles/token-transfer.ts";
import { fileView, picturesView } from "../src/discord/styles/views.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { STYLE_NAME_LENGTH, styleName } from "../src/jobs/style.ts";
import { onStyle } from "./on-style.ts";
import { pictureOption } from "./painting-options.ts";

export const styleExport = onStyle("export", "A learned style as a file", async ({ bot, reply }, style) => {
  await reply.show(fileView(words.exported(style.name), await tokenFileOf(bot, style)));
});

interface ImportInput {
  readonly file: Attachment;
  readonly image: Attachment;
  readonly name: string | null;
}

export const styleImport: SubcommandHandler<ImportInput> = {
  kind: "subcommand",
  group: "style",
  data: new SlashCommandSubcommandBuilder()
    .setName("import")
    .setDescription("A learned style from a file, also of other programs")
    .addAttachmentOption((option) =>
      option.setName("file").setDescription(".safetensors, or learned_embeds.bin").setRequired(true),
    )
    .addAttachmentOption(pictureOption("image", "A picture in that style", true))
    .addStringOption((option) =>
      option
        .setName("name")
        .setDescription("What to call it (default: the file's own)")
        .setMaxLength(STYLE_NAME_LENGTH),
    ),
  acknowledge: "public",

  parse({ options }) {
    const name = options.getString("name");
    return {
      file: options.getAttachment("file", true),
      image: options.getAttachment("image", true),
      name: name === null ? null : styleName(name),
    };
  },

  async run({ interaction, bot, reply }, { file, image, name }) {
    const { sha256, token } = await takeToken(bot, file);
    const picture = await takePicture(bot, image, "style");
    const fileName = (file.title ?? file.name).replace(/\.[A-Za-z0-9]+$/, "");
    const style = await saveStyle(bot, {
      guildId: interaction.guildId,
      ownerId: interaction.user.id,
      name: name ?? (token.about.name ?? fileName).slice(0, STYLE_NAME_LENGTH),
      picture,
      description: token.about.description,
      tokenSha256: sha256,
    });
    const thumbnail = await thumbnailFile(bot.store.files, picture, "style", words.alt(style));
    await reply.show(picturesView(words.imported(style, token.vectors.shape[0]!), [thumbnail]));
  },
};
