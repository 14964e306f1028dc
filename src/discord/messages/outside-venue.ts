/**
 * Where a job's messages go that was asked for where the bot is no member: into the reply, for as long as its interaction can
 * be used, and after that to the person, in a direct message.
 */
import type { Client } from "discord.js";

import type { Logger } from "../../log.ts";
import type { MessageHome } from "./live-message.ts";
import type { PendingReplies } from "./pending-reply.ts";
import { persevere } from "./persevere.ts";
import { PlaceMoved } from "./place-moved.ts";
import { Venue } from "./venue.ts";
import type { Cover, View } from "./view.ts";

export interface OutsideVenueOptions {
  readonly client: Client;
  /** The reply that all is shown in. */
  readonly replyId: string;
  /** Who asked for it. */
  readonly userId: string;
  /** The direct channel, where the end was told there. */
  readonly directId: string | null;
  readonly replies: PendingReplies;
  readonly log: Logger;
  /** Has the last look at what goes out. */
  readonly cover: Cover;
}

const stay = (): Promise<void> => Promise.resolve();

export class OutsideVenue {
  readonly #options: OutsideVenueOptions;
  #directId: string | null;
  #mayStand = false;

  constructor(options: OutsideVenueOptions) {
    this.#options = options;
    this.#directId = options.directId;
  }

  /** The direct channel that the end was told in; `null`: it stands in the reply. */
  get directId(): string | null {
    return this.#directId;
  }

  /** A direct message may have been sent already that nobody noted: it is looked for first. */
  lookAround(): void {
    this.#mayStand = true;
  }

  /** The reply. */
  readonly front: MessageHome = {
    create: () => Promise.reject(new PlaceMoved("a reply is there from the beginning")),
    edit: async (_messageId, view) => {
      if (!(await this.#edit(view))) throw new PlaceMoved("the interaction of a reply is over");
    },
    spares: (messageId, what) => this.#options.replies.spares(messageId, what),
  };

  /**
   * Shows the last view of all in place of the reply, or sends it.
   *
   * @param notBefore Unix milliseconds; a message that may stand already is not older than that
   * @returns the id of the message that shows it
   */
  async post(view: View, nonce: string, notBefore: number): Promise<string> {
    const { client, replyId, userId, replies, log, cover } = this.#options;
    if (await this.#edit(view)) return replyId;
    const direct = await persevere(() => client.users.createDM(userId));
    const venue = new Venue({ client, channelId: direct.id, threadId: null, replies, log, cover, onMoved: stay });
    if (this.#mayStand) venue.lookAfter(replyId);
    this.#mayStand = true;
    const id = await venue.post(view, nonce, notBefore);
    this.#directId = direct.id;
    return id;
  }

  async #edit(view: View): Promise<boolean> {
    const { replies, replyId, cover } = this.#options;
    return replies.edit(replyId, await cover(view, null));
  }
}
