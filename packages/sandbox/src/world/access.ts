/** Who may do what where: roles, then overwrites, as documented under "Permissions". */
import { ApiError } from "../api-error.ts";
import { ALL_PERMISSIONS, PERMISSIONS, type PermissionName, permissionBits } from "../permissions.ts";
import type { Channel, Guild } from "./types.ts";
import type { World } from "./world.ts";

/** What both sides of a direct message may do in it. */
const DM_PERMISSIONS = permissionBits([
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "EMBED_LINKS",
  "ATTACH_FILES",
  "READ_MESSAGE_HISTORY",
  "ADD_REACTIONS",
  "USE_APPLICATION_COMMANDS",
]);

/** What an application may use in its answers where it is no member. */
const ANSWER_PERMISSIONS = permissionBits(["ATTACH_FILES", "EMBED_LINKS", "MENTION_EVERYONE"]);

/** The bits of a member over the whole guild. */
export function guildPermissions(guild: Guild, userId: string): bigint {
  if (guild.ownerId === userId) return ALL_PERMISSIONS;
  const member = guild.members.get(userId);
  if (!member) return 0n;
  let bits = guild.roles.get(guild.id)!.permissions;
  for (const roleId of member.roleIds) bits |= guild.roles.get(roleId)?.permissions ?? 0n;
  return (bits & PERMISSIONS.ADMINISTRATOR) !== 0n ? ALL_PERMISSIONS : bits;
}

/** The bits of a user in a channel; a thread takes those of its parent. */
export function channelPermissions(world: World, channel: Channel, userId: string): bigint {
  if (channel.guildId === null) {
    const people = channel.peopleIds ?? [channel.recipientId, world.application.botId];
    return people.includes(userId) ? DM_PERMISSIONS : 0n;
  }
  const guild = world.guildOf(channel.guildId);
  const holder = channel.thread && channel.parentId ? world.channels.get(channel.parentId) : channel;
  let bits = guildPermissions(guild, userId);
  if (!holder || bits === ALL_PERMISSIONS) return bits;

  const member = guild.members.get(userId);
  const everyone = holder.overwrites.find((overwrite) => overwrite.id === guild.id);
  if (everyone) bits = (bits & ~everyone.deny) | everyone.allow;
  let allow = 0n;
  let deny = 0n;
  for (const overwrite of holder.overwrites)
    if (overwrite.type === 0 && member?.roleIds.includes(overwrite.id)) {
      allow |= overwrite.allow;
      deny |= overwrite.deny;
    }
  bits = (bits & ~deny) | allow;
  const own = holder.overwrites.find((overwrite) => overwrite.type === 1 && overwrite.id === userId);
  if (own) bits = (bits & ~own.deny) | own.allow;

  // Implicit rules: who cannot see a channel can do nothing there; who cannot write cannot attach or mention.
  if ((bits & PERMISSIONS.VIEW_CHANNEL) === 0n) return 0n;
  if (!channel.thread && (bits & PERMISSIONS.SEND_MESSAGES) === 0n)
    bits &= ~permissionBits(["MENTION_EVERYONE", "ATTACH_FILES", "EMBED_LINKS"]);
  return bits;
}

/**
 * `app_permissions` of what somebody does in a channel: the bot's own where it is a member; else what answers may use, in a
 * server as far as that person may.
 */
export function appPermissions(world: World, channel: Channel, userId: string): bigint {
  const { botId } = world.application;
  const emojis = PERMISSIONS.USE_EXTERNAL_EMOJIS;
  if (channel.guildId === null) return channel.recipientId ? ANSWER_PERMISSIONS | emojis : ANSWER_PERMISSIONS;
  return world.memberIn(channel, botId)
    ? channelPermissions(world, channel, botId)
    : channelPermissions(world, channel, userId) & (ANSWER_PERMISSIONS | emojis);
}

export const allowed = (world: World, channel: Channel, userId: string, name: PermissionName): boolean =>
  (channelPermissions(world, channel, userId) & PERMISSIONS[name]) !== 0n;

/** @throws ApiError 50001 when the user does not see the channel, 50013 when a permission is missing */
export function demand(world: World, channel: Channel, userId: string, ...names: PermissionName[]): void {
  const bits = channelPermissions(world, channel, userId);
  if ((bits & PERMISSIONS.VIEW_CHANNEL) === 0n) throw new ApiError(50001);
  if ((bits & permissionBits(names)) !== permissionBits(names)) throw new ApiError(50013);
}

/** The permission that writing in a channel needs: threads have their own. */
export const sendPermission = (channel: Channel): PermissionName =>
  channel.thread ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES";

/** @throws ApiError 50083 when the channel is a thread that is archived */
export function demandActive(channel: Channel): void {
  if (channel.thread?.archived) throw new ApiError(50083);
}
