/** An acknowledged reply is filled in through its interaction once, and from then on with the bot's own token, which does not expire. */
import { UserError } from "../../errors.ts";
import { isTokenSpent } from "../discord-error.ts";
import { replyLost } from "../wording/commands.ts";
import type { View } from "./view.ts";

/** An acknowledged reply, as those see it who fill it in. */
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

type Edit = (messageId: string, view: View) => Promise<void>;

/** The one edit through an interaction. It is outstanding until Discord has taken it, or takes it no more. */
export class FirstEdit {
  #reply: Pick<PendingReply, "show"> | null;

  constructor(reply: Pick<PendingReply, "show">) {
    this.#reply = reply;
  }

  /** `edit`, with the interaction in its place as long as this is outstanding. */
  before(edit: Edit): Edit {
    return async (messageId, view) => {
      if (!this.#reply) return edit(messageId, view);
      try {
        await this.#reply.show(view);
        this.#reply = null;
      } catch (error) {
        if (!isTokenSpent(error)) throw error;
        this.#reply = null;
        await edit(messageId, view);
      }
    };
  }
}
