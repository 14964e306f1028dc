/** Channels beyond threads: direct messages and permission overwrites. */
import { ApiError } from "../api-error.ts";
import { type PermissionName, permissionBits } from "../permissions.ts";
import { CHANNEL_TYPE, type Channel } from "./types.ts";
import type { World } from "./world.ts";

/** The direct channel between the bot and a person; made when there is none. @throws ApiError 50007, 10013 */
export function openDm(world: World, recipientId: string): Channel {
  const recipient = world.user(recipientId);
  if (recipient.bot) throw new ApiError(50007);
  const present = [...world.channels.values()].find((channel) => channel.recipientId === recipientId);
  if (present) return present;
  const channel: Channel = {
    id: world.clock.snowflake(),
    type: CHANNEL_TYPE.dm,
    guildId: null,
    name: recipient.globalName ?? recipient.username,
    parentId: null,
    topic: null,
    position: 0,
    overwrites: [],
    recipientId,
    lastMessageId: null,
    thread: null,
    rateLimitPerUser: 0,
  };
  world.channels.set(channel.id, channel);
  world.tell({ kind: "channel-created", channel });
  return channel;
}

/** A direct message between two people, or a group of more, that the bot has no part in. It is told of nothing there. */
export function openPrivate(world: World, peopleIds: readonly string[]): Channel {
  const channel: Channel = {
    id: world.clock.snowflake(),
    type: peopleIds.length > 2 ? CHANNEL_TYPE.groupDm : CHANNEL_TYPE.dm,
    guildId: null,
    name: peopleIds.map((id) => world.user(id).username).join(", "),
    parentId: null,
    topic: null,
    position: 0,
    overwrites: [],
    recipientId: null,
    peopleIds,
    lastMessageId: null,
    thread: null,
    rateLimitPerUser: 0,
  };
  world.channels.set(channel.id, channel);
  return channel;
}

/** Sets what a role or member may and may not do in a channel, in place of what was set before. */
export function overwritePermissions(
  world: World,
  channel: Channel,
  target: { readonly id: string; readonly type: 0 | 1 },
  { allow = [], deny = [] }: { readonly allow?: readonly PermissionName[]; readonly deny?: readonly PermissionName[] },
): void {
  const index = channel.overwrites.findIndex(({ id }) => id === target.id);
  if (index >= 0) channel.overwrites.splice(index, 1);
  channel.overwrites.push({ ...target, allow: permissionBits(allow), deny: permissionBits(deny) });
  world.tell({ kind: "channel-updated", channel });
}

/** Makes a channel one for adults alone, or one for everybody. */
export function restrictAge(world: World, channel: Channel, restricted: boolean): void {
  channel.ageRestricted = restricted;
  world.tell({ kind: "channel-updated", channel });
}
