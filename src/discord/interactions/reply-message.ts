/** A reply that is kept up to date while something goes on, for as long as it takes. */
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { PendingReply } from "../messages/pending-reply.ts";
import { Venue } from "../messages/venue.ts";
import type { Bot } from "./bot.ts";

/** @param intervalMs least time between the starts of two edits */
export function liveReply(
  reply: PendingReply,
  { client, openReplies: replies, log }: Pick<Bot, "client" | "openReplies" | "log">,
  intervalMs: number,
): LiveMessage {
  const { channelId, messageId } = reply;
  const { front } = new Venue({ client, channelId, threadId: null, replies, log, onMoved: () => Promise.resolve() });
  return new LiveMessage({
    home: front,
    messageId,
    intervalMs,
    nonce: nonceFor(messageId ?? "", "reply"),
    follows: false,
    log,
  });
}
