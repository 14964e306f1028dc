/**
 * What a server allows whom: asked before any work, of the store as it is now, so that a change counts at once and in every
 * process.
 *
 * Face of this room, in which a server's own rules are: `allowance.ts` counts pictures, `server-log.ts` tells the server's
 * log channel, `panel.ts` draws what `/settings` shows.
 */
import { type PermissionsBitField, PermissionFlagsBits } from "discord.js";

import { UserError } from "../../errors.ts";
import type { ServerSettings } from "../../server-settings.ts";
import type { Store } from "../../store/store.ts";
import { refusal, type Right } from "../wording/settings.ts";

/** Who asks, and where, as interactions bring it. */
export interface Visitor {
  readonly guildId: string;
  readonly channelId: string | null;
  readonly channel: { readonly parentId: string | null; readonly parent: Parent | null } | object | null;
  readonly user: { readonly id: string };
  readonly member: {
    readonly roles: { readonly cache: ReadonlyMap<string, { readonly position: number }> };
  };
  readonly memberPermissions: Readonly<PermissionsBitField>;
}

interface Parent {
  readonly parentId: string | null;
}

const ROLES = { paint: "paintRoles", learn: "learnRoles", export: "exportRoles" } as const satisfies Record<
  Right,
  keyof ServerSettings
>;

/**
 * Blocks and channels bind everybody; roles do not bind those who could change them.
 *
 * @returns the server's settings, for what is asked next
 * @throws UserError `blocked`, `channel-closed` or `role-missing`, that says who can change it
 */
export async function assertWelcome(
  { serverSettings, blocks }: Pick<Store, "serverSettings" | "blocks">,
  visitor: Visitor,
  right: Right,
): Promise<ServerSettings> {
  const { guildId, user } = visitor;
  if (await blocks.isBlocked(guildId, user.id)) throw new UserError("blocked", refusal.blocked);
  const settings = await serverSettings.get(guildId);
  const isListed = placesOf(visitor).some((id) => settings.channels.includes(id));
  if (right !== "export" && isListed === (settings.channelRule === "all-but"))
    throw new UserError("channel-closed", refusal.channel(settings));
  // Who may not paint need not have a style learned.
  for (const needed of right === "learn" ? (["paint", "learn"] as const) : [right]) {
    const roles = settings[ROLES[needed]];
    if (!mayBy(visitor, roles)) throw new UserError("role-missing", refusal.role(needed, roles));
  }
  return settings;
}

/** Whether somebody has one of these roles, where any are named, or manages the server. */
const mayBy = ({ member, memberPermissions }: Visitor, roles: readonly string[]): boolean =>
  roles.length === 0 ||
  memberPermissions.has(PermissionFlagsBits.ManageGuild) ||
  roles.some((id) => member.roles.cache.has(id));

/** A channel, the one that a thread hangs on, and the category of either. */
function placesOf({ channelId, channel }: Visitor): string[] {
  const parent = channel !== null && "parent" in channel ? channel.parent : null;
  const above = channel !== null && "parentId" in channel ? channel.parentId : null;
  return [channelId, above, parent?.parentId ?? null].filter((id) => id !== null);
}
