/** Members who may not use the bot in a server. */
import type { Kysely, Selectable } from "kysely";

import type { BlockTable, Schema } from "./schema.ts";

interface Block {
  readonly guildId: string;
  readonly userId: string;
  /** Who blocked them. */
  readonly byUserId: string;
  /** In the words of who blocked them. */
  readonly reason: string | null;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface BlockRepository {
  /** @returns `false` when they are blocked already; that stands as it was */
  add(block: Block): Promise<boolean>;
  /** @returns `false` when they were not blocked */
  remove(guildId: string, userId: string): Promise<boolean>;
  isBlocked(guildId: string, userId: string): Promise<boolean>;
  count(guildId: string): Promise<number>;
  /** The newest `limit` of a server, newest first. */
  list(guildId: string, limit: number): Promise<readonly Block[]>;
}

export function createBlockRepository(db: Kysely<Schema>): BlockRepository {
  return {
    async add({ guildId, userId, byUserId, reason, at }) {
      const added = await db
        .insertInto("blocks")
        .values({ guild_id: guildId, user_id: userId, by_user_id: byUserId, reason, at })
        .onConflict((conflict) => conflict.columns(["guild_id", "user_id"]).doNothing())
        .returning("user_id")
        .executeTakeFirst();
      return added !== undefined;
    },

    async remove(guildId, userId) {
      const removed = await db
        .deleteFrom("blocks")
        .where("guild_id", "=", guildId)
        .where("user_id", "=", userId)
        .returning("user_id")
        .executeTakeFirst();
      return removed !== undefined;
    },

    async isBlocked(guildId, userId) {
      const row = await db
        .selectFrom("blocks")
        .select("at")
        .where("guild_id", "=", guildId)
        .where("user_id", "=", userId)
        .executeTakeFirst();
      return row !== undefined;
    },

    async count(guildId) {
      const { count } = await db
        .selectFrom("blocks")
        .select(({ fn }) => fn.countAll().as("count"))
        .where("guild_id", "=", guildId)
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    async list(guildId, limit) {
      const rows = await db
        .selectFrom("blocks")
        .selectAll()
        .where("guild_id", "=", guildId)
        .orderBy("at", "desc")
        .orderBy("user_id")
        .limit(limit)
        .execute();
      return rows.map(toBlock);
    },
  };
}

const toBlock = (row: Selectable<BlockTable>): Block => ({
  guildId: row.guild_id,
  userId: row.user_id,
  byUserId: row.by_user_id,
  reason: row.reason,
  at: row.at,
});
