/** Open sessions within a budget of memory: opened when first used, released when others need the room. */
import { OutOfMemoryError } from "./out-of-memory.ts";
import type { Session } from "./session.ts";

/** A session that can be opened, and what it will hold. */
export interface SessionRecipe {
  readonly open: () => Promise<Session>;
  /** Weights and working memory, in bytes, about. */
  readonly bytes: number;
}

interface Entry {
  readonly session: Promise<Session>;
  readonly bytes: number;
  /** Who uses it, or waits for it to be open. */
  users: number;
}

/**
 * Sessions by key, in the order of their last use. One that is in use or being opened is never released, so the budget
 * can be exceeded by what has to be open at once, and a session larger than the budget still runs, alone.
 */
export class SessionPool {
  readonly budgetBytes: number;
  readonly #note: (text: string) => void;
  readonly #entries = new Map<string, Entry>();
  /** One makes room after the other: what is being released holds its memory until it is gone. */
  #makingRoom: Promise<void> = Promise.resolve();

  /** @param note hears of sessions that their device leaves partly to the processor */
  constructor(budgetBytes: number, note: (text: string) => void = () => {}) {
    this.budgetBytes = budgetBytes;
    this.#note = note;
  }

  /** Of sessions that are open or being opened. */
  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** What those hold, or are going to. */
  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  }

  /** Whether `bytes` more may be held without releasing anything. */
  hasRoom(bytes: number): boolean {
    return this.bytes + bytes <= this.budgetBytes;
  }

  /**
   * Runs `body` with the session `key`, which `recipe` opens when it is not open yet. Where no memory is found, all that
   * is not in use is released, this session too, and `body` is run once more.
   */
  async use<T>(key: string, recipe: () => SessionRecipe, body: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#use(key, recipe, body);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      await this.release();
      return this.#use(key, recipe, body);
    }
  }

  async #use<T>(key: string, recipe: () => SessionRecipe, body: (session: Session) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? this.#beginOpening(key, recipe());
    entry.users += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      return await body(await entry.session);
    } finally {
      entry.users -= 1;
    }
  }

  /** Releases the sessions that are not in use: all, or those whose key `which` says yes to. */
  async release(which: (key: string) => boolean = () => true): Promise<void> {
    for (const [key, entry] of this.#entries) if (which(key)) await this.#releaseIdle(key, entry);
  }

  /** Counts from now on, whoever else asks for room meanwhile. */
  #beginOpening(key: string, { open, bytes }: SessionRecipe): Entry {
    const entry: Entry = { session: this.#makeRoom().then(open), bytes, users: 0 };
    entry.session.then(
      ({ name, isSplit }) =>
        isSplit && this.#note(`parts of ${name} run on the processor, as its device has not all of its operators`),
      // It is not kept when it cannot be opened; whoever waits for it hears of that.
      () => this.#entries.delete(key),
    );
    return entry;
  }

  #makeRoom(): Promise<void> {
    const room = this.#makingRoom.then(async () => {
      for (const [key, entry] of this.#entries) {
        if (this.bytes <= this.budgetBytes) return;
        await this.#releaseIdle(key, entry);
      }
    });
    this.#makingRoom = room.catch(() => undefined);
    return room;
  }

  async #releaseIdle(key: string, entry: Entry): Promise<void> {
    if (entry.users > 0) return;
    this.#entries.delete(key);
    await (await entry.session).release();
  }
}
