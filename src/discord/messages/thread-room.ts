/** Keeps room for another thread: a server has a thousand that are open at most, of all bots and members together. */
import type { AnyThreadChannel, Guild } from "discord.js";

import type { Logger } from "../../log.ts";
import { timeOf } from "../snowflake.ts";

/** Discord's limit, less what others may open meanwhile. */
const MOST_OPEN = 950;
/** Closed with each thread that is opened when there are more: in a while there are fewer. */
const CLOSED_AT_ONCE = 10;
/** In a thread that is closed nothing was said for so long. Whoever writes there opens it again. */
const QUIET_MS = 10 * 60_000;

/** When something was said there the last time, Unix milliseconds. */
const lastSaid = ({ id, lastMessageId }: AnyThreadChannel): number => timeOf(lastMessageId ?? id);

const openThreads = (guild: Guild): AnyThreadChannel[] =>
  [...guild.channels.cache.values()].filter((channel) => channel.isThread()).filter(({ archived }) => !archived);

/**
 * Closes the bot's own threads in which nothing was said for longest, where the server has nearly as many as it may.
 *
 * @param most open threads with which there is nothing to be done
 * @returns how many were closed
 */
export async function makeRoomForThread(guild: Guild, log: Logger, most = MOST_OPEN): Promise<number> {
  const open = openThreads(guild);
  if (open.length < most) return 0;
  const quiet = open
    .filter((thread) => thread.ownerId === guild.client.user.id && Date.now() - lastSaid(thread) > QUIET_MS)
    .toSorted((a, b) => lastSaid(a) - lastSaid(b))
    .slice(0, CLOSED_AT_ONCE);
  const closed = await Promise.allSettled(quiet.map((thread) => thread.setArchived(true)));
  const count = closed.filter(({ status }) => status === "fulfilled").length;
  log.info({ guild: guild.id, open: open.length, closed: count }, "closed threads in which nothing happens any more");
  return count;
}
