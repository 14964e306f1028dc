/** What learnings reached, as rows. */
import type { Kysely } from "kysely";

import { markOf } from "../jobs/erased.ts";
import type { LearningStateRepository } from "../jobs/tasks.ts";
import type { Schema } from "./schema.ts";

export function createLearningStateRepository(db: Kysely<Schema>): LearningStateRepository {
  const find = async (id: string): Promise<string | null> => {
    const row = await db
      .selectFrom("learning_states")
      .select("sha256")
      .where("learning_id", "=", id)
      .executeTakeFirst();
    return row?.sha256 ?? null;
  };
  return {
    find,

    save: (id, sha256, step) =>
      db.transaction().execute(async (transaction) => {
        const erased = await transaction
          .selectFrom("erased_marks")
          .select("id")
          .where("mark", "=", markOf(id))
          .executeTakeFirst();
        if (erased) return sha256;
        const before = await transaction
          .selectFrom("learning_states")
          .selectAll()
          .where("learning_id", "=", id)
          .executeTakeFirst();
        const written = await transaction
          .insertInto("learning_states")
          .values({ learning_id: id, sha256, step })
          .onConflict((conflict) =>
            conflict
              .column("learning_id")
              .doUpdateSet({ sha256, step })
              .where("learning_states.step", "<=", step)
              // Of what was read before, so that what is given out as replaced is what was.
              .where("learning_states.sha256", "=", before?.sha256 ?? sha256),
          )
          .returning("sha256")
          .executeTakeFirst();
        if (!written) return sha256;
        return before && before.sha256 !== sha256 ? before.sha256 : null;
      }),

    async remove(id) {
      const row = await db
        .deleteFrom("learning_states")
        .where("learning_id", "=", id)
        .returning("sha256")
        .executeTakeFirst();
      return row?.sha256 ?? null;
    },

    async ids() {
      const rows = await db.selectFrom("learning_states").select("learning_id").execute();
      return rows.map((row) => row.learning_id);
    },
  };
}
