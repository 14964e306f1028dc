/** Blind comparisons in SQLite. */
import type { Kysely, Selectable } from "kysely";

import type { Shard } from "../shard.ts";
import type { CardWords, Comparison, ComparisonState, Letter } from "../votes/comparison.ts";
import { isOf } from "./ownership.ts";
import type { ComparisonTable, Schema } from "./schema.ts";

export interface ComparisonRepository {
  insert(comparison: Comparison): Promise<void>;
  get(id: string): Promise<Comparison | null>;
  byJob(jobId: string): Promise<Comparison | null>;
  /** Those of this process's servers that a restarted bot has to look after, oldest first: they go on, or their card has something to say. */
  unfinished(): Promise<readonly Comparison[]>;
  /** Moves a comparison on. `null` when it is no longer in the state `from`: somebody else moved it. */
  move(
    id: string,
    from: ComparisonState,
    to: ComparisonState,
    patch?: Partial<Pick<Comparison, "closesAt" | "cardSays">>,
  ): Promise<Comparison | null>;
  noteSheet(id: string, messageId: string): Promise<void>;
  /** The card says what it had to say. */
  noteSaid(id: string): Promise<void>;
}

export function createComparisonRepository(db: Kysely<Schema>, shard: Shard): ComparisonRepository {
  const complete = async (row: Selectable<ComparisonTable>): Promise<Comparison> => {
    const jobs = await db
      .selectFrom("comparison_jobs")
      .select(["letter", "job_id"])
      .where("comparison_id", "=", row.id)
      .orderBy("letter")
      .execute();
    return rowToComparison(
      row,
      jobs.map(({ letter, job_id }) => ({ letter: letter as Letter, jobId: job_id })),
    );
  };
  const get = async (id: string): Promise<Comparison | null> => {
    const row = await db.selectFrom("comparisons").selectAll().where("id", "=", id).executeTakeFirst();
    return row ? complete(row) : null;
  };
  return {
    insert: (comparison) =>
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto("comparisons").values(comparisonToRow(comparison)).execute();
        const jobs = comparison.jobs.map(({ letter, jobId }) => ({
          comparison_id: comparison.id,
          letter,
          job_id: jobId,
        }));
        await transaction.insertInto("comparison_jobs").values(jobs).execute();
      }),

    get,

    async byJob(jobId) {
      const row = await db
        .selectFrom("comparison_jobs")
        .select("comparison_id")
        .where("job_id", "=", jobId)
        .executeTakeFirst();
      return row ? get(row.comparison_id) : null;
    },

    async unfinished() {
      const rows = await db
        .selectFrom("comparisons")
        .selectAll()
        .where((is) => is.or([is("state", "in", ["painting", "open", "closing"]), is("card_says", "is not", null)]))
        .where(isOf(shard, "guild_id"))
        .orderBy("id")
        .execute();
      return Promise.all(rows.map(complete));
    },

    async move(id, from, to, { closesAt, cardSays } = {}) {
      const row = await db
        .updateTable("comparisons")
        .set({
          state: to,
          ...(closesAt !== undefined && { closes_at: closesAt }),
          ...(cardSays !== undefined && { card_says: textOf(cardSays) }),
        })
        .where("id", "=", id)
        .where("state", "=", from)
        .returningAll()
        .executeTakeFirst();
      return row ? complete(row) : null;
    },

    async noteSheet(id, messageId) {
      await db.updateTable("comparisons").set({ sheet_message_id: messageId }).where("id", "=", id).execute();
    },

    async noteSaid(id) {
      await db.updateTable("comparisons").set({ card_says: null }).where("id", "=", id).execute();
    },
  };
}

const textOf = (words: CardWords | null): string | null => (words === null ? null : JSON.stringify(words));

const comparisonToRow = (comparison: Comparison): ComparisonTable => ({
  id: comparison.id,
  judges: comparison.judges,
  state: comparison.state,
  guild_id: comparison.guildId,
  channel_id: comparison.channelId,
  user_id: comparison.userId,
  content_sha256: comparison.contentSha256,
  style_sha256: comparison.styleSha256,
  hours: comparison.hours,
  card_message_id: comparison.cardMessageId,
  sheet_message_id: comparison.sheetMessageId,
  created_at: comparison.createdAt,
  closes_at: comparison.closesAt,
  card_says: textOf(comparison.cardSays),
});

const rowToComparison = (row: Selectable<ComparisonTable>, jobs: Comparison["jobs"]): Comparison => ({
  id: row.id,
  judges: row.judges,
  state: row.state,
  guildId: row.guild_id,
  channelId: row.channel_id,
  userId: row.user_id,
  contentSha256: row.content_sha256,
  styleSha256: row.style_sha256,
  hours: row.hours,
  cardMessageId: row.card_message_id,
  sheetMessageId: row.sheet_message_id,
  createdAt: row.created_at,
  closesAt: row.closes_at,
  cardSays: row.card_says === null ? null : (JSON.parse(row.card_says) as CardWords),
  jobs,
});
