/** Tells a server's log channel, in the server's language: deletions, blocks, reports, refusals. */
import { randomUUID } from "node:crypto";

import type { Client } from "discord.js";

import type { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";
import { isPlaceGone } from "../discord-error.ts";
import { noticeView } from "../messages/components.ts";
import type { Deliveries } from "../messages/deliveries.ts";
import { nonceFor } from "../messages/nonce.ts";
import { createPayload, type View } from "../messages/view.ts";
import { serverLog as words } from "../wording/settings.ts";
import { speakToServer } from "../language.ts";

/** Before the same refusal of the same member is told again. */
const AGAIN_MS = 3_600_000;
/** Refusals that are remembered at most. */
const MOST_REMEMBERED = 10_000;

export interface ServerLogOptions {
  readonly client: Client;
  readonly store: Pick<Store, "serverSettings">;
  readonly deliveries: Deliveries;
  readonly log: Logger;
}

interface Refused {
  readonly guildId: string;
  readonly channelId: string;
  readonly userId: string;
  /** What they did, as they would name it; `null`: they pressed a button. */
  readonly what: string | null;
  readonly why: UserError;
}

export class ServerLog {
  readonly #options: ServerLogOptions;
  /** When each refusal was told, the oldest first. */
  readonly #told = new Map<string, number>();

  constructor(options: ServerLogOptions) {
    this.#options = options;
  }

  /**
   * Tells the server's log channel, as soon as Discord takes it. Never throws.
   *
   * @param said what it is told; called when the server's language is spoken
   * @returns `false` where there is no such channel
   */
  async tell(guildId: string, said: () => string): Promise<boolean> {
    const { store, deliveries, log } = this.#options;
    try {
      const { logChannelId } = await store.serverSettings.get(guildId);
      if (logChannelId === null) return false;
      const view = noticeView(await speakToServer(this.#options, guildId, said));
      const nonce = nonceFor(randomUUID(), "log");
      void deliveries.owe(`log ${nonce}`, logChannelId, () => this.#post(logChannelId, view, nonce));
      return true;
    } catch (error) {
      log.error({ err: error, guildId }, "the log channel could not be told");
      return false;
    }
  }

  /** Tells of a refusal, unless it was told within the hour: whoever tries again and again need not fill the channel. */
  async refused({ guildId, channelId, userId, what, why }: Refused): Promise<void> {
    const key = `${guildId}/${userId}/${why.identifier}`;
    const now = Date.now();
    if (now - (this.#told.get(key) ?? -Infinity) < AGAIN_MS) return;
    this.#told.delete(key);
    this.#told.set(key, now);
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MOST_REMEMBERED) break;
      this.#told.delete(oldest);
    }
    const said = (): string => words.refused(userId, what, channelId, why.words);
    if (!(await this.tell(guildId, said))) this.#told.delete(key);
  }

  async #post(channelId: string, view: View, nonce: string): Promise<void> {
    try {
      const channel = await this.#options.client.channels.fetch(channelId);
      if (channel?.isSendable()) await channel.send(await createPayload(view, nonce));
    } catch (error) {
      if (!isPlaceGone(error)) throw error;
      this.#options.log.warn({ channelId }, "a server's log channel is closed to the bot, or gone");
    }
  }
}
