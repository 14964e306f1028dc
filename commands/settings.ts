/** `/settings`: what a server decides, in a panel of sections; its options are about votes. For those who manage it. */
import { PermissionFlagsBits } from "discord.js";

import type { MenuHandler, SlashHandler } from "../src/discord/interactions/handler.ts";
import { choice, localised, slashCommand } from "../src/discord/interactions/localised.ts";
import { assertManager } from "../src/discord/interactions/permissions.ts";
import { parseCustomId } from "../src/discord/messages/custom-id.ts";
import { type Chosen, choose, settingsPanel } from "../src/discord/server/panel.ts";
import { panel as words } from "../src/discord/wording/settings.ts";
import { type Variant, VARIANTS } from "../src/variant.ts";
import type { VoteSettings } from "../src/votes/voters.ts";

const LONGEST_DAYS = 3650;

export const settings: SlashHandler<Partial<VoteSettings>> = {
  kind: "slash",
  data: slashCommand("settings")
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .addBooleanOption((option) => localised(option, "learning"))
    .addStringOption((option) =>
      localised(option, "auto").setChoices(
        choice("choice.auto.free", "free"),
        ...VARIANTS.map((value) => choice(`variant.${value}`, value)),
      ),
    )
    .addIntegerOption((option) => localised(option, "account_days").setMinValue(0).setMaxValue(LONGEST_DAYS))
    .addRoleOption((option) => localised(option, "voters"))
    .toJSON(),
  acknowledge: "private",

  parse({ options, guildId }) {
    const learning = options.getBoolean("learning");
    const auto = options.getString("auto");
    const days = options.getInteger("account_days");
    const role = options.getRole("voters");
    return {
      ...(learning !== null && { learning }),
      ...(auto !== null && { pinned: auto === "free" ? null : (auto as Variant) }),
      ...(days !== null && { minAccountDays: days }),
      ...(role !== null && { requiredRoleId: role.id === guildId ? null : role.id }),
    };
  },

  async run({ interaction, bot, reply }, changes) {
    // Discord hides the command from others, but whoever manages the server may show it to anybody.
    assertManager(interaction, words.notAllowed);
    const { guild } = interaction;
    const isAboutVotes = Object.keys(changes).length > 0;
    if (isAboutVotes) await bot.store.voteSettings.change(guild.id, changes);
    await reply.show(await settingsPanel(bot, guild, isAboutVotes ? "votes" : "access"));
  },
};

/** What was chosen in the panel. */
export const settingsMenu: MenuHandler<Chosen> = {
  kind: "menu",
  acknowledge: "silent",

  parse: ({ customId, values }) => ({ parts: parseCustomId(customId).parts, values }),

  async run({ interaction, bot, reply }, chosen) {
    // Who has the panel open may have lost the permission since.
    assertManager(interaction, words.notAllowed);
    await reply.show(await choose(bot, interaction.guild, chosen));
  },
};
