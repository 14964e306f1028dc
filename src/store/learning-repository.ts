/** Styles that are being learned, and where that is shown, in SQLite. */
import type { Kysely, Selectable } from "kysely";

import type { Shard } from "../shard.ts";
import { isOf } from "./ownership.ts";
import type { LearningTable, Schema } from "./schema.ts";

export interface Learning {
  readonly id: string;
  readonly styleId: string;
  readonly guildId: string;
  readonly userId: string;
  /** The style's name when it was asked for. */
  readonly name: string;
  readonly pictureSha256: string;
  readonly description: string | null;
  readonly channelId: string;
  readonly cardMessageId: string;
  readonly threadId: string | null;
  readonly progressMessageId: string | null;
}

/** How learning ended; `failure` in words for people. */
export type End = "done" | "stopped" | { readonly failure: string };
/** What became of what was learned. `gone`: the style was removed meanwhile; `lost`: it could not be written. */
export type Kept = "kept" | "nothing" | "gone" | "lost";

/** An end that has not been told yet. */
export interface Ending {
  readonly how: End;
  readonly kept: Kept;
}

export interface LearningRepository {
  insert(learning: Learning): Promise<void>;
  /** Those of this process's servers that are not over, in the order they were asked for. */
  unsettled(): Promise<readonly Learning[]>;
  note(id: string, place: Partial<Pick<Learning, "threadId" | "progressMessageId">>): Promise<void>;
  /** It is over; how is still to be told. */
  settle(id: string, ending: Ending): Promise<void>;
  /** Those of them that are over and whose end was not told, in the order they were asked for. */
  untold(): Promise<readonly (readonly [Learning, Ending])[]>;
  /** Whether one, whosever it is, still has something to do or to tell. */
  isOpen(id: string): Promise<boolean>;
  /** It is over, and everything about it was told. */
  noteTold(id: string): Promise<void>;
}

export function createLearningRepository(db: Kysely<Schema>, shard: Shard): LearningRepository {
  const owned = () => db.selectFrom("learnings").selectAll().where(isOf(shard, "guild_id"));
  return {
    async insert(learning) {
      await db.insertInto("learnings").values(learningToRow(learning)).execute();
    },

    async unsettled() {
      const rows = await owned().where("settled", "=", 0).orderBy("id").execute();
      return rows.map(rowToLearning);
    },

    async note(id, { threadId, progressMessageId }) {
      const changes: Partial<LearningTable> = {};
      if (threadId !== undefined) changes.thread_id = threadId;
      if (progressMessageId !== undefined) changes.progress_message_id = progressMessageId;
      await db.updateTable("learnings").set(changes).where("id", "=", id).execute();
    },

    async settle(id, ending) {
      const change = { settled: 1, ending: JSON.stringify(ending) };
      await db.updateTable("learnings").set(change).where("id", "=", id).execute();
    },

    async untold() {
      const rows = await owned().where("ending", "is not", null).orderBy("id").execute();
      return rows.map((row) => [rowToLearning(row), JSON.parse(row.ending!) as Ending] as const);
    },

    async isOpen(id) {
      const query = db
        .selectFrom("learnings")
        .select("id")
        .where("id", "=", id)
        .where((is) => is.or([is("settled", "=", 0), is("ending", "is not", null)]));
      return (await query.executeTakeFirst()) !== undefined;
    },

    async noteTold(id) {
      await db.updateTable("learnings").set({ settled: 1, ending: null }).where("id", "=", id).execute();
    },
  };
}

const learningToRow = (learning: Learning): LearningTable => ({
  id: learning.id,
  style_id: learning.styleId,
  guild_id: learning.guildId,
  user_id: learning.userId,
  name: learning.name,
  picture_sha256: learning.pictureSha256,
  description: learning.description,
  channel_id: learning.channelId,
  card_message_id: learning.cardMessageId,
  thread_id: learning.threadId,
  progress_message_id: learning.progressMessageId,
  settled: 0,
  ending: null,
});

const rowToLearning = (row: Selectable<LearningTable>): Learning => ({
  id: row.id,
  styleId: row.style_id,
  guildId: row.guild_id,
  userId: row.user_id,
  name: row.name,
  pictureSha256: row.picture_sha256,
  description: row.description,
  channelId: row.channel_id,
  cardMessageId: row.card_message_id,
  threadId: row.thread_id,
  progressMessageId: row.progress_message_id,
});
