/** The panel of `/settings`: one section at a time, and a menu of the sections. */
import {
  ActionRowBuilder,
  type Guild,
  PermissionFlagsBits,
  SeparatorBuilder,
  StringSelectMenuBuilder,
} from "discord.js";

import type { Config } from "../../config.ts";
import { UserError } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { localeFor } from "../../words/locale.ts";
import { text } from "../messages/components.ts";
import { customId } from "../messages/custom-id.ts";
import { view, type View } from "../messages/view.ts";
import { router } from "../wording/commands.ts";
import { panel as words, SECTION_NAME } from "../wording/settings.ts";
import { drawn, type Standing } from "./fields.ts";
import { type Section, SECTIONS } from "./sections.ts";

interface PanelParts {
  readonly store: Pick<Store, "serverSettings" | "voteSettings" | "blocks">;
  readonly config: Pick<Config, "JOBS_PER_USER">;
}

/** What somebody has chosen in a menu of the panel. */
export interface Chosen {
  /** Parts of the menu's id: section, field, and the role that was chosen before. */
  readonly parts: readonly string[];
  readonly values: readonly string[];
}

/** The id of the menu of sections, among the fields of none. */
const SECTION_MENU = "section";

/** @param roleId a role whose number of pictures is to be set */
export async function settingsPanel(parts: PanelParts, guild: Guild, section: Section, roleId?: string): Promise<View> {
  const standing = await standingOf(parts, guild, roleId);
  const sections = new StringSelectMenuBuilder()
    .setCustomId(customId("settings", SECTION_MENU))
    .setPlaceholder(words.section)
    .setOptions(Object.entries(SECTION_NAME).map(([value, label]) => ({ value, label, default: value === section })));
  const fields = SECTIONS[section].filter(({ id }) => id !== "role-daily" || standing.role !== null);
  return view([
    text(words.title),
    new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(sections),
    new SeparatorBuilder(),
    ...fields.flatMap((field) => drawn(field, section, standing)),
    ...(section === "access" ? [text(words.blocked(standing.blocked))] : []),
    text(words.saved),
  ]);
}

/**
 * Does what was chosen.
 *
 * @returns the panel as it is then
 * @throws UserError for what no menu holds, and for a log channel that the bot cannot write in
 */
export async function choose(parts: PanelParts, guild: Guild, { parts: named, values }: Chosen): Promise<View> {
  const [section = "", id, roleId] = named;
  if (section === SECTION_MENU) return settingsPanel(parts, guild, sectionOf(values[0] ?? ""));
  const known = sectionOf(section);
  const field = SECTIONS[known].find((one) => one.id === id);
  if (!field) throw new UserError("unknown-choice", router.unknown);
  const changes = field.read(values, await standingOf(parts, guild, roleId));
  const { server, votes } = changes;
  if (server?.logChannelId != null) assertMayLog(guild, server.logChannelId);
  if (server) await parts.store.serverSettings.change(guild.id, server);
  if (votes) await parts.store.voteSettings.change(guild.id, votes);
  return settingsPanel(parts, guild, known, changes.roleId);
}

function sectionOf(name: string): Section {
  const known = (Object.keys(SECTIONS) as Section[]).find((section) => section === name);
  if (!known) throw new UserError("unknown-choice", router.unknown);
  return known;
}

async function standingOf({ store, config }: PanelParts, guild: Guild, roleId?: string): Promise<Standing> {
  const { id: guildId } = guild;
  const role = guild.roles.cache.get(roleId ?? "");
  return {
    server: await store.serverSettings.get(guildId),
    votes: await store.voteSettings.get(guildId),
    guildId,
    ofDiscord: localeFor(guild.preferredLocale),
    exists: (id) => guild.roles.cache.has(id) || guild.channels.cache.has(id),
    blocked: await store.blocks.count(guildId),
    atOnce: config.JOBS_PER_USER,
    role: role ? { id: role.id, name: role.name } : null,
  };
}

/** @throws UserError `log-closed` */
function assertMayLog(guild: Guild, channelId: string): void {
  const { me } = guild.members;
  const permissions = me && guild.channels.cache.get(channelId)?.permissionsFor(me);
  if (!permissions?.has([PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages]))
    throw new UserError("log-closed", words.logClosed(channelId));
}
