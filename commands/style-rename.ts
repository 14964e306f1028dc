/** `/style rename` and `/style remove`: for the owner of a style and for moderators. */

import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, subcommand } from "../src/discord/interactions/localised.ts";
import { assertOwnerOrModerator } from "../src/discord/interactions/permissions.ts";
import { assertNotOfGallery, findStyle, styleChoices } from "../src/discord/styles/library.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { styleWords as words } from "../src/discord/wording/styles.ts";
import { UserError } from "../src/errors.ts";
import { STYLE_NAME_LENGTH, styleName } from "../src/jobs/style.ts";
import { sayAloud } from "../src/words/say.ts";
import { onStyle } from "./on-style.ts";
import { styleNameOption } from "./painting-options.ts";

interface RenameInput {
  readonly name: string;
  readonly to: string;
}

export const styleRename: SubcommandHandler<RenameInput> = {
  kind: "subcommand",
  group: "style",
  data: subcommand("style.rename")
    .addStringOption(styleNameOption("name.which", true))
    .addStringOption((option) => localised(option, "to").setMaxLength(STYLE_NAME_LENGTH).setRequired(true)),
  acknowledge: "public",
  autocomplete: styleChoices,

  parse: ({ options }) => ({ name: options.getString("name", true), to: styleName(options.getString("to", true)) }),

  async run({ interaction, bot, reply }, { name, to }) {
    const style = await findStyle(bot, interaction.guildId, name);
    assertOwnerOrModerator(interaction, style.ownerId, words.notYours(style.ownerId));
    assertNotOfGallery(to);
    if (!(await bot.store.styles.rename(style.id, to))) throw new UserError("style-taken", words.taken(to));
    await reply.show(sayAloud(() => noticeView(words.renamed(style.name, to))));
  },
};

export const styleRemove = onStyle("remove", async (call, style) => {
  const { interaction, bot, reply } = call;
  assertOwnerOrModerator(interaction, style.ownerId, words.notYours(style.ownerId));
  if (!(await bot.store.styles.remove(style.id))) throw new UserError("style-gone", words.gone);
  await reply.show(sayAloud(() => noticeView(words.removed(style.name))));
});
