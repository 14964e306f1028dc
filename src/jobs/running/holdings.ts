/** What each person and each server has in the queue: kept along, so that nobody has to go through all of them. */
import type { Asker } from "../queue.ts";

const NONE: ReadonlySet<never> = new Set();

export class Holdings<T> {
  readonly #byUser = new Map<string, Set<T>>();
  readonly #byGuild = new Map<string | null, Set<T>>();

  add(item: T, { userId, guildId }: Asker): void {
    put(this.#byUser, userId, item);
    put(this.#byGuild, guildId, item);
  }

  remove(item: T, { userId, guildId }: Asker): void {
    take(this.#byUser, userId, item);
    take(this.#byGuild, guildId, item);
  }

  ofUser(userId: string): ReadonlySet<T> {
    return this.#byUser.get(userId) ?? NONE;
  }

  /** @param guildId `null`: those of no server */
  ofGuild(guildId: string | null): ReadonlySet<T> {
    return this.#byGuild.get(guildId) ?? NONE;
  }
}

function put<K, T>(sets: Map<K, Set<T>>, key: K, item: T): void {
  const set = sets.get(key) ?? new Set<T>();
  sets.set(key, set.add(item));
}

function take<K, T>(sets: Map<K, Set<T>>, key: K, item: T): void {
  const set = sets.get(key);
  if (set?.delete(item) && set.size === 0) sets.delete(key);
}
