/** Answers that were promised to people and not given yet, in SQLite. */
import type { Kysely } from "kysely";

import type { Shard } from "../shard.ts";
import { isOf } from "./ownership.ts";
import type { Schema } from "./schema.ts";

export interface OpenReply {
  readonly interactionId: string;
  /** Where it waits; `null` in a direct message. */
  readonly guildId: string | null;
  /** The interaction's token, encrypted: who holds it speaks for the bot. */
  readonly sealedToken: string;
  /** Unix milliseconds. */
  readonly openedAt: number;
}

export interface OpenReplyRepository {
  /** Also forgets all that were opened before `since`. */
  insert(reply: OpenReply, since: number): Promise<void>;
  remove(interactionId: string): Promise<void>;
  /** Those of this process's servers that were opened from `since` until `before`, oldest first. */
  list(since: number, before: number): Promise<readonly OpenReply[]>;
  /** Whether a message is the card of something that was begun, over or not: it has its own way to say how it goes on. */
  isCard(messageId: string): Promise<boolean>;
}

const WITH_CARDS = ["surfaces", "comparisons", "learnings"] as const;

export function createOpenReplyRepository(db: Kysely<Schema>, shard: Shard): OpenReplyRepository {
  return {
    async insert({ interactionId, guildId, sealedToken, openedAt }, since) {
      await db.deleteFrom("open_replies").where("opened_at", "<", since).execute();
      await db
        .insertInto("open_replies")
        .values({ interaction_id: interactionId, guild_id: guildId, sealed_token: sealedToken, opened_at: openedAt })
        .execute();
    },

    async remove(interactionId) {
      await db.deleteFrom("open_replies").where("interaction_id", "=", interactionId).execute();
    },

    async list(since, before) {
      const rows = await db
        .selectFrom("open_replies")
        .selectAll()
        .where("opened_at", ">=", since)
        .where("opened_at", "<", before)
        .where(isOf(shard, "guild_id"))
        .orderBy("interaction_id")
        .execute();
      return rows.map((row) => ({
        interactionId: row.interaction_id,
        guildId: row.guild_id,
        sealedToken: row.sealed_token,
        openedAt: row.opened_at,
      }));
    },

    async isCard(messageId) {
      for (const table of WITH_CARDS) {
        const query = db.selectFrom(table).select("card_message_id").where("card_message_id", "=", messageId);
        if (await query.limit(1).executeTakeFirst()) return true;
      }
      return false;
    },
  };
}
