/** Jobs in SQLite: one row each, every move guarded by the table of legal ones. */
import type { Kysely, Transaction } from "kysely";

import type { PictureRef } from "../jobs/job.ts";
import type { JobRepository } from "../jobs/repositories.ts";
import { canMove } from "../jobs/transitions.ts";
import { jobToRow, patchToColumns, rowToJob } from "./job-rows.ts";
import { rememberPicture } from "./picture-repository.ts";
import type { JobTable, Schema } from "./schema.ts";

const UNSETTLED = ["queued", "captioning", "stylizing"] as const;

export function createJobRepository(db: Kysely<Schema>): JobRepository {
  return {
    async insert(job, turn) {
      await db.transaction().execute(async (transaction) => {
        await rememberPictures(transaction, [job.request.content, job.request.style]);
        await transaction.insertInto("jobs").values(jobToRow(job, turn)).execute();
      });
    },

    async get(id) {
      const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? rowToJob(row) : null;
    },

    transition: (id, to, patch = {}) =>
      db.transaction().execute(async (transaction) => {
        const held = await transaction.selectFrom("jobs").select("state").where("id", "=", id).executeTakeFirst();
        if (!held || !canMove(held.state, to)) return null;
        if (patch.result) await rememberPictures(transaction, [patch.result.picture]);
        return update(transaction, id, { ...patchToColumns(patch), state: to });
      }),

    amend: (id, patch) =>
      db.transaction().execute(async (transaction) => {
        const held = await transaction
          .selectFrom("jobs")
          .select("id")
          .where("id", "=", id)
          .where("state", "in", UNSETTLED)
          .executeTakeFirst();
        return held ? update(transaction, id, patchToColumns(patch)) : null;
      }),

    async unsettled() {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("state", "in", UNSETTLED)
        .orderBy("turn")
        .orderBy("id")
        .execute();
      return rows.map((row) => ({ job: rowToJob(row), turn: row.turn }));
    },

    async finished(limit) {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("state", "=", "done")
        .orderBy("settled_at", "desc")
        .limit(limit)
        .execute();
      return rows.map(rowToJob).reverse();
    },

    async failed(userId, guildId, since, limit) {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("user_id", "=", userId)
        .where("guild_id", "=", guildId)
        .where("state", "=", "failed")
        .where("settled_at", ">", since)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(rowToJob);
    },
  };
}

async function update(transaction: Transaction<Schema>, id: string, columns: Partial<JobTable>) {
  const query = transaction.updateTable("jobs").set(columns).where("id", "=", id).returningAll();
  return rowToJob(await query.executeTakeFirstOrThrow());
}

async function rememberPictures(transaction: Transaction<Schema>, pictures: readonly PictureRef[]): Promise<void> {
  for (const picture of pictures) await rememberPicture(transaction, picture);
}
