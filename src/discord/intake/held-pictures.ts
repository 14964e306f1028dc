/** Pictures on their way in while their person fills in a modal, for the first time or again: a few of each, within bounds of all. */
import type { PictureRef } from "../../jobs/job.ts";
import { type Arrival, dropArrival } from "./shelf.ts";

/** A modal cannot be sent in later than the interaction that opened it lives. */
const LIFETIME_MS = 16 * 60_000;
const MOST_PER_MEMBER = 2;
const MOST = 64;
const MOST_BYTES = 256 * 1024 * 1024;

interface Held {
  readonly userId: string;
  readonly picture: Promise<Arrival<PictureRef>>;
  readonly timer: NodeJS.Timeout;
  /** 0 until it has arrived. */
  bytes: number;
}

export class HeldPictures {
  /** Oldest first. */
  readonly #held = new Map<string, Held>();

  /**
   * Keeps a picture under a key; a failure is kept for whoever asks for the picture. The oldest makes room: first the
   * member's own, then anybody's.
   */
  hold(key: string, userId: string, picture: Promise<Arrival<PictureRef>>): void {
    this.#drop(key);
    const timer = setTimeout(() => this.#drop(key), LIFETIME_MS).unref();
    const held: Held = { userId, picture, timer, bytes: 0 };
    this.#held.set(key, held);
    const own = [...this.#held].filter(([, other]) => other.userId === userId);
    for (const [older] of own.slice(0, -MOST_PER_MEMBER)) this.#drop(older);
    picture.then(
      ({ bytes }) => {
        held.bytes = bytes;
        this.#makeRoom();
      },
      () => undefined,
    );
    this.#makeRoom();
  }

  /** Gives a picture out, to be kept or dropped by whoever takes it. `null` when none is held under the key (any more). */
  take(key: string): Promise<Arrival<PictureRef>> | null {
    const held = this.#held.get(key);
    if (!held) return null;
    clearTimeout(held.timer);
    this.#held.delete(key);
    return held.picture;
  }

  /** Drops all that are held for a member, as soon as they have arrived. */
  dropOf(userId: string): void {
    for (const [key, held] of this.#held) if (held.userId === userId) this.#drop(key);
  }

  #makeRoom(): void {
    const heavy = (): boolean => [...this.#held.values()].reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES;
    for (const [key] of this.#held) {
      if (this.#held.size <= MOST && !heavy()) return;
      this.#drop(key);
    }
  }

  #drop(key: string): void {
    // What was never asked for is cleared away; where that fails, the next start does it.
    this.take(key)
      ?.then(dropArrival)
      .catch(() => undefined);
  }
}
