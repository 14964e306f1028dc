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
  readonly #opening = new Map<string, Promise<Entry>>();

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
    const entry = this.#entries.get(key) ?? (await this.#open(key, recipe));
    entry.users += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      return await body(entry.session);
    } finally {
      entry.users -= 1;
    }
  }

  /** Releases every session that is not in use. */
  async clear(): Promise<void> {
    await this.#makeRoom(Infinity);
  }

  #open(key: string, recipe: () => SessionRecipe): Promise<Entry> {
    const known = this.#opening.get(key);
    if (known) return known;
    const opening = this.#openNow(key, recipe()).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #openNow(key: string, { open, bytes }: SessionRecipe): Promise<Entry> {
    await this.#makeRoom(bytes);
    const entry: Entry = { session: await open(), bytes, users: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  async #makeRoom(bytes: number): Promise<void> {
    for (const [key, entry] of this.#entries) {
      if (this.bytes + bytes <= this.budgetBytes) return;
      if (entry.users > 0) continue;
      this.#entries.delete(key);
      await entry.session.release();
    }
  }
}
