/** The menus that `/settings` is made of: each says how its setting stands, and what a choice in it changes. */
import {
  ActionRowBuilder,
  ChannelSelectMenuBuilder,
  ChannelType,
  type MessageActionRowComponentBuilder,
  RoleSelectMenuBuilder,
  StringSelectMenuBuilder,
} from "discord.js";

import { UserError } from "../../errors.ts";
import type { ServerSettings } from "../../server-settings.ts";
import type { VoteSettings } from "../../votes/voters.ts";
import { text } from "../messages/components.ts";
import { customId } from "../messages/custom-id.ts";
import type { Builder } from "../messages/view.ts";
import { router } from "../wording/commands.ts";
import type { Locale } from "../../words/locale.ts";

/** Most that a menu of Discord's holds, and most that can be chosen in one. */
const MOST = 25;

/** How everything stands that the panel shows. */
export interface Standing {
  readonly server: ServerSettings;
  readonly votes: VoteSettings;
  readonly guildId: string;
  /** The language that Discord knows the server by. */
  readonly ofDiscord: Locale;
  /** Roles and channels that are there: Discord takes no others as chosen. */
  readonly exists: (id: string) => boolean;
  /** Members who are blocked. */
  readonly blocked: number;
  /** Pictures that whoever runs the bot lets one person have in the queue. */
  readonly atOnce: number;
  /** The role whose number of pictures is to be set, with its name. */
  readonly role: { readonly id: string; readonly name: string } | null;
}

export interface Changes {
  readonly server?: Partial<ServerSettings>;
  readonly votes?: Partial<VoteSettings>;
  /** A role whose number of pictures is to be set next. */
  readonly roleId?: string;
}

/** One menu. `id` is unique in its section. */
export interface Field {
  readonly id: string;
  /** The sentence above it, where it has one; `null`: it belongs to what stands above. */
  says(standing: Standing): string | null;
  /** `null`: not to be shown now. */
  menu(standing: Standing, customId: string): MessageActionRowComponentBuilder | null;
  /** @throws UserError for what the menu does not hold */
  read(values: readonly string[], standing: Standing): Changes;
}

interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
}

/** One of a few. */
export const choice = (
  id: string,
  says: Field["says"],
  options: (standing: Standing) => readonly Choice[],
  current: (standing: Standing) => string,
  read: (value: string, standing: Standing) => Changes,
): Field => ({
  id,
  says,
  menu: (standing, menuId) =>
    new StringSelectMenuBuilder().setCustomId(menuId).setOptions(
      options(standing)
        .slice(0, MOST)
        .map((option) => ({ ...option, default: option.value === current(standing) })),
    ),
  read([value], standing) {
    // A client of one's own can send any.
    if (!options(standing).some((option) => option.value === value))
      throw new UserError("unknown-choice", router.unknown);
    return read(value!, standing);
  },
});

/** Any number of roles, none included. */
export const roles = (
  id: string,
  says: Field["says"],
  placeholder: () => string,
  current: (standing: Standing) => readonly string[],
  read: (ids: readonly string[], standing: Standing) => Changes,
  most = MOST,
): Field => ({
  id,
  says,
  menu: (standing, menuId) =>
    new RoleSelectMenuBuilder()
      .setCustomId(menuId)
      .setPlaceholder(placeholder())
      .setMinValues(0)
      .setMaxValues(most)
      .setDefaultRoles(current(standing).filter(standing.exists).slice(0, most)),
  read,
});

const WITH_PICTURES = [
  ChannelType.GuildText,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildForum,
  ChannelType.GuildVoice,
  ChannelType.GuildCategory,
] as const;

/** Any number of channels, none included. */
export const channels = (
  id: string,
  says: Field["says"],
  placeholder: () => string,
  current: (standing: Standing) => readonly string[],
  read: (ids: readonly string[]) => Changes,
  {
    types = WITH_PICTURES,
    most = MOST,
  }: { readonly types?: readonly (typeof WITH_PICTURES)[number][]; readonly most?: number } = {},
): Field => ({
  id,
  says,
  menu: (standing, menuId) =>
    new ChannelSelectMenuBuilder()
      .setCustomId(menuId)
      .setPlaceholder(placeholder())
      .setChannelTypes(...types)
      .setMinValues(0)
      .setMaxValues(most)
      .setDefaultChannels(current(standing).filter(standing.exists).slice(0, most)),
  read,
});

/** The field as it is drawn: its sentence, and the menu in a row of its own. */
export function drawn(field: Field, section: string, standing: Standing): Builder[] {
  const says = field.says(standing);
  const parts = [section, field.id, ...(standing.role ? [standing.role.id] : [])];
  const menu = field.menu(standing, customId("settings", ...parts));
  return [
    ...(says === null ? [] : [text(says)]),
    ...(menu === null ? [] : [new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(menu)]),
  ];
}
