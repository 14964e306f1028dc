/** `enforce_nonce`: the same nonce in the same channel makes one message, however often it is sent. */
import type { Clock } from "../clock.ts";
import { type Json, textOf } from "../json.ts";

/** "The past few minutes", in Discord's words. */
const MEMORY_MS = 5 * 60_000;

export class NonceBook {
  readonly #clock: Clock;
  readonly #made = new Map<string, { readonly at: number; readonly message: Promise<Json> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `create`, or gives what it gave for the same nonce before, also while that is still under way. */
  async once(channelId: string, body: Json, create: () => Promise<Json>): Promise<Json> {
    const nonce = body["nonce"];
    if (body["enforce_nonce"] !== true || nonce === undefined || nonce === null) return create();
    const key = `${channelId} ${textOf(nonce)}`;
    const before = this.#made.get(key);
    if (before && this.#clock.now() - before.at < MEMORY_MS) return before.message;
    const message = create();
    this.#made.set(key, { at: this.#clock.now(), message });
    // A refused message leaves its nonce free.
    message.catch(() => this.#made.delete(key));
    return message;
  }
}
