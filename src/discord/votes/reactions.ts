/** Medals on messages, through Discord's REST interface: put, taken away, counted. */
import { type APIMessage, type APIUser, type Client, PermissionFlagsBits, Routes } from "discord.js";

import { MEDALS, type Place, PLACES, placeOf } from "../../votes/ballot.ts";
import { discordCode, isMessageGone } from "../discord-error.ts";

/** Most users that one request lists. */
const PAGE = 100;

export interface MessageRef {
  readonly channelId: string;
  readonly messageId: string;
}

/** The medals on one message. */
export interface ShownMedals {
  /** People who gave each place, oldest account first; bots are left out. */
  readonly voters: ReadonlyMap<Place, readonly string[]>;
  /** Places whose medal the bot itself has not put there. */
  readonly missing: readonly Place[];
}

/** Whether the bot has these permissions in a channel or thread that it can see. */
async function mayIn(client: Client, channelId: string, permissions: readonly bigint[]): Promise<boolean> {
  const channel = await client.channels.fetch(channelId).catch(() => null);
  if (!channel || channel.isDMBased()) return false;
  const me = channel.guild.members.me;
  const allowed = me ? channel.permissionsFor(me) : null;
  return permissions.every((bit) => allowed?.has(bit) ?? false);
}

/** Puts the bot's own medals on a message, so that a vote is one tap. Does nothing where it may not. */
export async function putMedals(
  client: Client,
  { channelId, messageId }: MessageRef,
  places: readonly Place[] = PLACES,
): Promise<void> {
  const { AddReactions, ReadMessageHistory } = PermissionFlagsBits;
  if (places.length === 0 || !(await mayIn(client, channelId, [AddReactions, ReadMessageHistory]))) return;
  for (const place of places) {
    const route = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(MEDALS[place]));
    await client.rest.put(route);
  }
}

/** Takes somebody's medal off a message, where the bot may. @returns whether it may */
export async function removeMedal(
  client: Client,
  { channelId, messageId }: MessageRef,
  place: Place,
  userId: string,
): Promise<boolean> {
  if (!(await mayIn(client, channelId, [PermissionFlagsBits.ManageMessages]))) return false;
  const route = Routes.channelMessageUserReaction(channelId, messageId, encodeURIComponent(MEDALS[place]), userId);
  await client.rest.delete(route);
  return true;
}

/**
 * Everything that stands on a message now, page by page. `null` when the message was deleted.
 *
 * @throws DiscordAPIError when the channel is gone or hidden: nothing is known then
 */
export async function readMedals(client: Client, message: MessageRef): Promise<ShownMedals | null> {
  const { channelId, messageId } = message;
  let shown: APIMessage;
  try {
    shown = (await client.rest.get(Routes.channelMessage(channelId, messageId))) as APIMessage;
  } catch (error) {
    if (isMessageGone(error)) return null;
    throw error;
  }
  const voters = new Map<Place, readonly string[]>();
  const own = new Set<Place>();
  for (const { emoji, count, me } of shown.reactions ?? []) {
    const place = emoji.id === null ? placeOf(emoji.name) : null;
    if (place === null) continue;
    if (me) own.add(place);
    if (count > (me ? 1 : 0)) voters.set(place, await readVoters(client, message, place));
  }
  return { voters, missing: PLACES.filter((place) => !own.has(place)) };
}

const UNKNOWN_EMOJI = 10_014;

async function readVoters(client: Client, { channelId, messageId }: MessageRef, place: Place): Promise<string[]> {
  const route = Routes.channelMessageReaction(channelId, messageId, encodeURIComponent(MEDALS[place]));
  const found: string[] = [];
  for (let after = "0"; ;) {
    const query = new URLSearchParams({ limit: String(PAGE), after });
    let page: APIUser[];
    try {
      page = (await client.rest.get(route, { query })) as APIUser[];
    } catch (error) {
      // The last of these medals was taken back meanwhile.
      if (discordCode(error) === UNKNOWN_EMOJI) return found;
      throw error;
    }
    for (const user of page) if (user.bot !== true) found.push(user.id);
    if (page.length < PAGE) return found;
    after = page.at(-1)!.id;
  }
}
