/** `/study make`: has pictures painted that a manager gives, in several styles and all variants, for members to rank. */
import type { SlashCommandSubcommandBuilder } from "discord.js";

import { completeList } from "../src/discord/interactions/complete-list.ts";
import type { SubcommandHandler } from "../src/discord/interactions/handler.ts";
import { localised, subcommand } from "../src/discord/interactions/localised.ts";
import { assertManager } from "../src/discord/interactions/permissions.ts";
import type { PaintedOrder } from "../src/discord/study/painted-studies.ts";
import { findNamedStyle, namedStyleChoices } from "../src/discord/styles/named-styles.ts";
import { studyWords as words } from "../src/discord/wording/study.ts";
import { UserError } from "../src/errors.ts";
import { VARIANTS } from "../src/variant.ts";
import { pictureOption } from "./painting-options.ts";
import { STUDY_GROUP, termsOf, withTerms } from "./study-terms.ts";

/** What is painted for a study: 24 pairs at most, 72 pictures. */
const [CONTENTS, MOST_STYLES] = [["content", "second", "third", "fourth"], 6] as const;
const [NAME_LENGTH, STYLES_LENGTH] = [60, 100];

interface MadeOrder extends Omit<PaintedOrder, "styles"> {
  /** Names of gallery or library. */
  readonly styles: readonly string[];
}

/** @throws UserError where there are none, or too many */
function styleNames(text: string): readonly string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) throw new UserError("survey-no-styles", words.noStyles);
  if (names.length > MOST_STYLES) throw new UserError("survey-too-large", words.tooManyStyles(MOST_STYLES));
  return names;
}

const withContents = (data: SlashCommandSubcommandBuilder): SlashCommandSubcommandBuilder => {
  for (const name of CONTENTS) {
    const isFirst = name === CONTENTS[0];
    data.addAttachmentOption(pictureOption(name, isFirst));
    // Required ones stand before all others.
    if (isFirst)
      data.addStringOption((option) =>
        localised(option, "styles", { most: MOST_STYLES })
          .setRequired(true)
          .setAutocomplete(true)
          .setMaxLength(STYLES_LENGTH),
      );
  }
  return data.addStringOption((option) => localised(option, "name.study").setMaxLength(NAME_LENGTH));
};

export const studyMake: SubcommandHandler<MadeOrder> = {
  kind: "subcommand",
  group: STUDY_GROUP,
  data: withTerms(withContents(subcommand("study.make"))),
  acknowledge: "public",
  needs: {
    right: "paint",
    place: "post",
    pictures: ({ contents, styles }) => contents.length * styles.length * VARIANTS.length,
  },

  async autocomplete({ guildId, user, options }, { store }) {
    const text = options.getFocused();
    const scope = { guildId, userId: user.id };
    const last = text.slice(text.lastIndexOf(",") + 1);
    const named = new Set(text.split(",").map((name) => name.trim().toLowerCase()));
    const found = await namedStyleChoices({ store }, scope, last, { recent: false });
    const names = found.map(({ value }) => value).filter((name) => !named.has(name.toLowerCase()));
    return completeList(text, names);
  },

  parse: (interaction) => ({
    name: interaction.options.getString("name")?.trim() || words.defaultName(Date.now()),
    contents: CONTENTS.flatMap((name) => interaction.options.getAttachment(name) ?? []),
    styles: styleNames(interaction.options.getString("styles", true)),
    ...termsOf(interaction),
  }),

  async run({ interaction, bot, reply }, order) {
    assertManager(interaction, words.notManager);
    const { user, guildId } = interaction;
    const asker = { userId: user.id, guildId };
    const styles: PaintedOrder["styles"][number][] = [];
    for (const name of order.styles) styles.push(await findNamedStyle(bot, asker, name));
    await bot.surveys.painted.make({ ...order, styles }, asker, reply);
  },
};
