/** A reply that is kept up to date while something goes on, for as long as it takes. */
import type { Client } from "discord.js";

import type { Logger } from "../../log.ts";
import { FirstEdit, type PendingReply } from "../messages/first-edit.ts";
import { LiveMessage } from "../messages/live-message.ts";
import { nonceFor } from "../messages/nonce.ts";
import { Venue } from "../messages/venue.ts";

/** @param intervalMs least time between the starts of two edits */
export function liveReply(
  reply: PendingReply,
  { client, log }: { readonly client: Client; readonly log: Logger },
  intervalMs: number,
): LiveMessage {
  const { channelId, messageId } = reply;
  const { front } = new Venue({ client, channelId, threadId: null, log, onMoved: () => Promise.resolve() });
  return new LiveMessage({
    home: { ...front, edit: new FirstEdit(reply).before(front.edit) },
    messageId,
    intervalMs,
    nonce: nonceFor(messageId ?? "", "reply"),
    follows: false,
    log,
  });
}
