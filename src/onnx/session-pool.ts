/** Open sessions within a budget of memory: opened when first used, released when others need the room. */
import type { Session } from "./session.ts";

/** A session that can be opened, and what it will hold. */
export interface SessionRecipe {
  readonly open: () => Promise<Session>;
  /** Weights and working memory, in bytes, about. */
  readonly bytes: number;
}

interface Entry {
  readonly session: Session;
  readonly bytes: number;
  users: number;
}

/**
 * Sessions by key, in the order of their last use. One that is in use is never released, so the budget can be exceeded
 * by what has to be open at once, and a session larger than the budget still runs, alone.
 */
export class SessionPool {
  readonly budgetBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #opening = new Map<string, Promise<void>>();

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
  }

  /** Runs `body` with the session `key`, which `recipe` opens when it is not open yet. */
  async use<T>(key: string, recipe: () => SessionRecipe, body: (session: Session) => Promise<T>): Promise<T> {
    let entry = this.#entries.get(key);
    while (!entry) {
      await this.#open(key, recipe);
      // Somebody else may have needed the room before this turn came.
      entry = this.#entries.get(key);
    }
    entry.users += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      return await body(entry.session);
    } finally {
      entry.users -= 1;
    }
  }

  /** Releases the sessions that are not in use: all, or those whose key `which` says yes to. */
  async release(which: (key: string) => boolean = () => true): Promise<void> {
    for (const [key, entry] of this.#entries) if (which(key)) await this.#releaseIdle(key, entry);
  }

  #open(key: string, recipe: () => SessionRecipe): Promise<void> {
    const known = this.#opening.get(key);
    if (known) return known;
    const opening = this.#openNow(key, recipe()).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #openNow(key: string, { open, bytes }: SessionRecipe): Promise<void> {
    await this.#makeRoom(bytes);
    this.#entries.set(key, { session: await open(), bytes, users: 0 });
  }

  async #makeRoom(bytes: number): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.bytes + bytes <= this.budgetBytes) return;
      await this.#releaseIdle(key, entry);
    }
  }

  async #releaseIdle(key: string, entry: Entry): Promise<void> {
    if (entry.users > 0) return;
    this.#entries.delete(key);
    await entry.session.release();
  }
}
