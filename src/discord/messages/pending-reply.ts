/** Replies that were acknowledged and have no words yet, as those see them who have something to show. */
import { UserError } from "../../errors.ts";
import { replyLost } from "../wording/commands.ts";
import type { View } from "./view.ts";

export interface PendingReply {
  readonly channelId: string;
  /** The message that it is; `null` where there is none. */
  readonly messageId: string | null;
  show(view: View): Promise<void>;
}

/** Where a reply stands that is to be kept up to date. @throws UserError `no-reply` when there is no message of it */
export function replyPlace({ channelId, messageId }: PendingReply): {
  readonly channelId: string;
  readonly messageId: string;
} {
  if (messageId === null) throw new UserError("no-reply", replyLost);
  return { channelId, messageId };
}

/** Replies that wait for their first words. */
export interface PendingReplies {
  /**
   * Gives a reply its first words, through its interaction.
   *
   * @returns `false` when the message is no reply, or waits no more: it is edited like any other then
   */
  fill(messageId: string, view: View): Promise<boolean>;
}
