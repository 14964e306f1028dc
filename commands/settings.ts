/** `/settings`: what a server decides about votes, about `auto` and about its filter. For those who manage it. */
import { ChannelType, PermissionFlagsBits, SlashCommandBuilder } from "discord.js";

import type { SlashHandler } from "../src/discord/interactions/handler.ts";
import { assertManager } from "../src/discord/interactions/permissions.ts";
import { noticeView } from "../src/discord/messages/components.ts";
import { FILTER_NAME, filterLine, logLine } from "../src/discord/wording/safety.ts";
import { settings as words } from "../src/discord/wording/votes.ts";
import { type Filter, FILTERS, type ServerSettings } from "../src/server-settings.ts";
import { type Variant, VARIANT_LABEL, VARIANTS } from "../src/variant.ts";
import type { VoteSettings } from "../src/votes/voters.ts";

const LONGEST_DAYS = 3650;

interface Changes {
  readonly votes: Partial<VoteSettings>;
  readonly server: Partial<ServerSettings>;
}

export const settings: SlashHandler<Changes> = {
  kind: "slash",
  data: new SlashCommandBuilder()
    .setName("settings")
    .setDescription("What this server decides; without options: how things stand")
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .addBooleanOption((option) =>
      option.setName("learning").setDescription("Whether auto learns from this server's ballots"),
    )
    .addStringOption((option) =>
      option
        .setName("auto")
        .setDescription("What auto always takes, whatever the ballots say")
        .setChoices(
          { name: "Nothing in particular", value: "free" },
          ...VARIANTS.map((value) => ({ name: VARIANT_LABEL[value], value })),
        ),
    )
    .addIntegerOption((option) =>
      option
        .setName("account_days")
        .setDescription("Medals of accounts younger than this do not count (0: any age)")
        .setMinValue(0)
        .setMaxValue(LONGEST_DAYS),
    )
    .addStringOption((option) =>
      option
        .setName("filter")
        .setDescription("What becomes of pictures that seem to be for adults alone")
        .setChoices(FILTERS.map((value) => ({ name: FILTER_NAME[value], value }))),
    )
    .addStringOption((option) =>
      option
        .setName("filter_age_restricted")
        .setDescription("The same in age-restricted channels")
        .setChoices(FILTERS.map((value) => ({ name: FILTER_NAME[value], value }))),
    )
    .addChannelOption((option) =>
      option
        .setName("log")
        .setDescription("The channel that is told of reported pictures")
        .addChannelTypes(ChannelType.GuildText),
    )
    .addRoleOption((option) =>
      option.setName("voters").setDescription("Only medals of members with this role count (@everyone: all)"),
    )
    .toJSON(),
  acknowledge: "private",

  parse({ options, guildId }) {
    const learning = options.getBoolean("learning");
    const auto = options.getString("auto");
    const days = options.getInteger("account_days");
    const role = options.getRole("voters");
    const filter = options.getString("filter") as Filter | null;
    const ageRestrictedFilter = options.getString("filter_age_restricted") as Filter | null;
    const log = options.getChannel("log");
    return {
      votes: {
        ...(learning !== null && { learning }),
        ...(auto !== null && { pinned: auto === "free" ? null : (auto as Variant) }),
        ...(days !== null && { minAccountDays: days }),
        ...(role !== null && { requiredRoleId: role.id === guildId ? null : role.id }),
      },
      server: {
        ...(filter !== null && { filter }),
        ...(ageRestrictedFilter !== null && { ageRestrictedFilter }),
        ...(log !== null && { logChannelId: log.id }),
      },
    };
  },

  async run({ interaction, bot, reply }, { votes, server }) {
    // Discord hides the command from others, but whoever manages the server may show it to anybody.
    assertManager(interaction, words.notAllowed);
    const { guildId } = interaction;
    const now = await bot.store.voteSettings.change(guildId, votes);
    const { filter, ageRestrictedFilter, logChannelId } = await bot.store.serverSettings.change(guildId, server);
    const auto = now.pinned !== null ? words.pinned(now.pinned) : now.learning ? words.learning : words.paper;
    const voters = words.voters(now.minAccountDays, now.requiredRoleId);
    await reply.show(
      noticeView(
        [
          words.title,
          auto,
          voters,
          filterLine(filter, ageRestrictedFilter, bot.filter.isOn),
          logLine(logChannelId),
        ].join("\n"),
      ),
    );
  },
};
