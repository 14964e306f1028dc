/** A reply that is kept up to date while something goes on, for as long as it takes. */
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { PendingReply } from "../messages/pending-reply.ts";
import { Venue } from "../messages/venue.ts";
import type { Bot } from "./bot.ts";

/** @param intervalMs least time between the starts of two edits */
export function liveReply(
  reply: PendingReply,
  { client, openReplies: replies, filter, log }: Pick<Bot, "client" | "openReplies" | "filter" | "log">,
  intervalMs: number,
): LiveMessage {
  const { channelId, messageId } = reply;
  const onMoved = (): Promise<void> => Promise.resolve();
  const { cover } = filter;
  const { front } = new Venue({ client, channelId, threadId: null, replies, log, cover, onMoved });
  return new LiveMessage({
    home: front,
    messageId,
    intervalMs,
    nonce: nonceFor(messageId ?? "", "reply"),
    follows: false,
    log,
  });
}
