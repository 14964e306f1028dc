/** Replies to interactions, as those see them who have something to show. */
import { UserError } from "../../errors.ts";
import type { JobRequest } from "../../jobs/job.ts";
import type { Sparable } from "../token-load.ts";
import { replyLost } from "../wording/commands.ts";
import type { View } from "./view.ts";

export interface PendingReply {
  readonly channelId: string;
  /** The channel whose server says what may be shown; `null` where none has a say. */
  readonly ruledBy: string | null;
  /** The bot is no member there: this reply is all that it can show. */
  readonly isOutside: boolean;
  /** The message that it is; `null` where there is none. */
  readonly messageId: string | null;
  show(view: View): Promise<void>;
}

/** Where a reply stands that is to be kept up to date. @throws UserError `no-reply` when there is no message of it */
export function replyPlace({ channelId, messageId, isOutside }: PendingReply): NonNullable<JobRequest["replyTo"]> {
  if (messageId === null) throw new UserError("no-reply", replyLost());
  return { channelId, messageId, ...(isOutside && { isOutside }) };
}

/** Replies whose interactions can still be used: that costs nothing of what the bot's own token may do in a second. */
export interface PendingReplies {
  /**
   * Edits a reply, or gives it its first words, through its interaction.
   *
   * @returns `false` when the message is no reply, or not for much longer: it is edited like any other then
   */
  edit(messageId: string, view: View): Promise<boolean>;
  /** For how long the interaction of a reply can be used, milliseconds; 0: it cannot, or there is none. */
  lastsFor(messageId: string): number;
  /** Takes a reply away through its interaction. @returns `false` when that cannot be used */
  remove(messageId: string): Promise<boolean>;
  /** Whether an edit of that message is left out for the moment, when it shows no more than this. */
  spares(messageId: string, what: Sparable): boolean;
}
