/** Answers that were promised to people and not given yet, in SQLite. */
import type { Kysely } from "kysely";

import type { Schema } from "./schema.ts";

export interface OpenReply {
  readonly interactionId: string;
  /** The interaction's token, encrypted: who holds it speaks for the bot. */
  readonly sealedToken: string;
  /** Unix milliseconds. */
  readonly openedAt: number;
}

export interface OpenReplyRepository {
  /** Also forgets all that were opened before `since`. */
  insert(reply: OpenReply, since: number): Promise<void>;
  remove(interactionId: string): Promise<void>;
  /** Those that were opened from `since` until `before`, oldest first. */
  list(since: number, before: number): Promise<readonly OpenReply[]>;
  /** Whether a message is the card of something that was begun, over or not: it has its own way to say how it goes on. */
  isCard(messageId: string): Promise<boolean>;
}

const WITH_CARDS = ["surfaces", "comparisons", "learnings"] as const;

export function createOpenReplyRepository(db: Kysely<Schema>): OpenReplyRepository {
  return {
    async insert({ interactionId, sealedToken, openedAt }, since) {
      await db.deleteFrom("open_replies").where("opened_at", "<", since).execute();
      await db
        .insertInto("open_replies")
        .values({ interaction_id: interactionId, sealed_token: sealedToken, opened_at: openedAt })
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
        .orderBy("interaction_id")
        .execute();
      return rows.map((row) => ({
        interactionId: row.interaction_id,
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
