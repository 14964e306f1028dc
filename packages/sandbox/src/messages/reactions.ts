/** Reactions: adding, taking back, clearing. */
import { ApiError } from "../api-error.ts";
import { demand, demandActive } from "../world/access.ts";
import type { Message, Reaction } from "../world/types.ts";
import type { World } from "../world/world.ts";

const MAX_KINDS = 20;

const UNICODE_EMOJI = new RegExp("^(?:\\p{RGI_Emoji}|\\p{Extended_Pictographic}\\u{FE0F}?)$", "v");

/** An emoji of a path: a Unicode one as it is, a custom one as `name:id`. @throws ApiError 10014 */
export function readEmoji(text: string): Reaction["emoji"] {
  const custom = /^(?:a:)?(\w{2,32}):(\d{15,20})$/.exec(text);
  if (custom) return { name: custom[1]!, id: custom[2]! };
  if (UNICODE_EMOJI.test(text)) return { name: text, id: null };
  throw new ApiError(10014);
}

const keyOf = ({ name, id }: Reaction["emoji"]): string => (id ? `${name}:${id}` : name);

export const findReaction = (message: Message, emoji: Reaction["emoji"]): Reaction | undefined =>
  message.reactions.get(keyOf(emoji));

/**
 * Adds a reaction of a user. Reacting twice changes nothing.
 *
 * @throws ApiError 50083 in an archived thread, 50001, 50013, 30010 beyond twenty kinds
 */
export function react(world: World, message: Message, userId: string, emoji: Reaction["emoji"]): void {
  const channel = world.channel(message.channelId);
  demand(world, channel, userId, "READ_MESSAGE_HISTORY");
  const present = findReaction(message, emoji);
  if (!present) demand(world, channel, userId, "ADD_REACTIONS");
  demandActive(channel);
  if (!present && message.reactions.size >= MAX_KINDS) throw new ApiError(30010);
  const reaction = present ?? { emoji, userIds: new Set<string>() };
  message.reactions.set(keyOf(emoji), reaction);
  if (reaction.userIds.has(userId)) return;
  reaction.userIds.add(userId);
  world.tell({ kind: "reaction-added", message, emoji, userId });
}

/**
 * Takes a reaction back; `byId` other than its owner needs Manage Messages.
 *
 * @throws ApiError 50083, 50013, 10014 when there is no such reaction
 */
export function unreact(
  world: World,
  message: Message,
  ownerId: string,
  emoji: Reaction["emoji"],
  byId = ownerId,
): void {
  const channel = world.channel(message.channelId);
  demand(world, channel, byId, ...(byId === ownerId ? [] : (["MANAGE_MESSAGES"] as const)));
  demandActive(channel);
  const reaction = findReaction(message, emoji);
  if (!reaction) throw new ApiError(10014);
  if (!reaction.userIds.delete(ownerId)) return;
  if (reaction.userIds.size === 0) message.reactions.delete(keyOf(emoji));
  world.tell({ kind: "reaction-removed", message, emoji, userId: ownerId });
}

/** Takes all reactions away, or all of one emoji. @throws ApiError 50083, 50013, 10014 */
export function clearReactions(world: World, message: Message, byId: string, emoji?: Reaction["emoji"]): void {
  const channel = world.channel(message.channelId);
  demand(world, channel, byId, "MANAGE_MESSAGES");
  demandActive(channel);
  if (!emoji) {
    message.reactions.clear();
    world.tell({ kind: "reactions-cleared", message });
    return;
  }
  if (!message.reactions.delete(keyOf(emoji))) throw new ApiError(10014);
  world.tell({ kind: "reactions-emoji-cleared", message, emoji });
}
