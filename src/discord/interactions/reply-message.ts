/** A reply that is kept up to date while something goes on, for as long as it takes. */
import type { Bot } from "./bot.ts";
import { FirstEdit } from "../messages/first-edit.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import type { Reply } from "./reply.ts";
import { Venue } from "../messages/venue.ts";

export function liveReply(reply: Reply, { client, log }: Pick<Bot, "client" | "log">, intervalMs: number): LiveMessage {
  const { channelId, messageId } = reply;
  const { front } = new Venue({ client, channelId, threadId: null, log, onMoved: () => Promise.resolve() });
  return new LiveMessage({
    home: { ...front, edit: new FirstEdit((view) => reply.show(view)).before(front.edit) },
    messageId,
    intervalMs,
    nonce: nonceFor(messageId ?? "", "reply"),
    follows: false,
    log,
  });
}
