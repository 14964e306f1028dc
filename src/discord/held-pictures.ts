/** Pictures on their way in while their person fills in a modal. */
import type { PictureRef } from "../jobs/job.ts";

/** A modal cannot be sent in later than the interaction that opened it lives. */
const LIFETIME_MS = 16 * 60_000;

export class HeldPictures {
  readonly #held = new Map<string, Promise<PictureRef>>();

  /** Keeps a picture under a key; a failure is kept for whoever asks for the picture. */
  hold(key: string, picture: Promise<PictureRef>): void {
    picture.catch(() => undefined);
    this.#held.set(key, picture);
    setTimeout(() => this.#held.delete(key), LIFETIME_MS).unref();
  }

  /** `null` when nothing is held under the key (any more). */
  get(key: string): Promise<PictureRef> | null {
    return this.#held.get(key) ?? null;
  }
}
