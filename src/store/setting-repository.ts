/** Settings of a server: JSON values by key. */
import type { Kysely } from "kysely";
import type { z } from "zod";

import type { Schema } from "./schema.ts";

/** In place of a server's id: what is set for all of them. */
export const INSTALLATION = "installation";

export interface SettingRepository {
  /** The value, checked by `schema`; `null` when it is not set or does not fit (written by another version). */
  get<T>(guildId: string, key: string, schema: z.ZodType<T>): Promise<T | null>;
  /** `value` is anything JSON can hold. */
  set(guildId: string, key: string, value: unknown): Promise<void>;
  remove(guildId: string, key: string): Promise<void>;
}

export function createSettingRepository(db: Kysely<Schema>): SettingRepository {
  return {
    async get(guildId, key, schema) {
      const row = await db
        .selectFrom("settings")
        .select("value")
        .where("guild_id", "=", guildId)
        .where("key", "=", key)
        .executeTakeFirst();
      if (!row) return null;
      return schema.safeParse(JSON.parse(row.value)).data ?? null;
    },

    async set(guildId, key, value) {
      const text = JSON.stringify(value);
      await db
        .insertInto("settings")
        .values({ guild_id: guildId, key, value: text })
        .onConflict((conflict) => conflict.columns(["guild_id", "key"]).doUpdateSet({ value: text }))
        .execute();
    },

    async remove(guildId, key) {
      await db.deleteFrom("settings").where("guild_id", "=", guildId).where("key", "=", key).execute();
    },
  };
}
