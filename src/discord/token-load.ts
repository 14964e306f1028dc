/** How much of Discord's limit on the bot's own token is in use, by the requests that are really made. */
import { type REST, RESTEvents } from "discord.js";

/** What may be left out when there is much to do. Results, failures and refusals never are. */
export type Sparable = "previews" | "progress" | "streaming";

/**
 * Requests a second from which on each is left out, for all servers of this process together: Discord takes 50 of one
 * token. Where several processes share it, each can only count its own.
 */
const BUSY: Readonly<Record<Sparable, number>> = { previews: 35, progress: 40, streaming: 45 };
const WINDOW_MS = 2000;

export class TokenLoad {
  /** When each request of the window was answered, by the steady clock; the oldest first. */
  readonly #at: number[] = [];

  constructor(rest: REST) {
    rest.on(RESTEvents.Response, ({ data }) => {
      // Interactions are answered by tokens of their own, which count against no limit of all.
      if (data.auth !== false) this.#at.push(performance.now());
      this.#forget();
    });
  }

  /** Whether there is so much to do that this is left out for the moment. */
  spares(what: Sparable): boolean {
    this.#forget();
    return this.#at.length * (1000 / WINDOW_MS) > BUSY[what];
  }

  #forget(): void {
    const since = performance.now() - WINDOW_MS;
    while (this.#at.length > 0 && this.#at[0]! < since) this.#at.shift();
  }
}
