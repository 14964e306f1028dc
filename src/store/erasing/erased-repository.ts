/** What was erased, as rows that every process reads (`src/jobs/erased.ts`). */
import type { Kysely } from "kysely";

import { type ErasedRepository, markOf, TOLD_FOR_MS } from "../../jobs/erased.ts";
import type { PictureStore } from "../../jobs/repositories.ts";
import { lockForTransaction, now } from "../dialect.ts";
import { sql } from "../kysely.ts";
import type { Schema } from "../schema.ts";

/** Any number that no other kind of lock has. */
const LOCK = 3;

export function createErasedRepository(db: Kysely<Schema>): ErasedRepository {
  return {
    async tell(names, { isWhole } = { isWhole: false }) {
      if (names.length === 0) return;
      await db.transaction().execute(async (transaction) => {
        // One at a time, so that nobody sees a later one before an earlier one.
        await lockForTransaction(transaction, LOCK, "erased");
        const id = sql<number>`(select coalesce(max(id), 0) + 1 from erased_marks)`;
        const rest = { whole: isWhole ? 1 : 0, at: now(db) };
        for (const name of names)
          await transaction
            .insertInto("erased_marks")
            .values({ id, mark: markOf(name), ...rest })
            .execute();
      });
    },

    async since(id, limit) {
      const rows = await db
        .selectFrom("erased_marks")
        .select(["id", "mark", "whole"])
        .where("id", ">", id)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(({ whole, ...row }) => ({ ...row, isWhole: whole === 1 }));
    },

    async dropOld() {
      await db
        .deleteFrom("erased_marks")
        .where("at", "<", (is) => is(now(db), "-", TOLD_FOR_MS))
        // Numbers go on from the last.
        .where(
          "id",
          "<",
          db.selectFrom("erased_marks").select((is) => is.fn.max("id").as("id")),
        )
        .execute();
    },
  };
}

/** Pictures of which every process hears that they were removed. */
export const tellingPictures = (files: PictureStore, erased: ErasedRepository): PictureStore => ({
  ...files,
  async remove(sha256, extension) {
    await files.remove(sha256, extension);
    // Afterwards: whoever lets go of a copy cannot fetch it again.
    await erased.tell([sha256]);
  },
});
