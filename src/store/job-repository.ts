/** Jobs in SQLite: one row each, every move guarded by the table of legal ones. */
import type { Kysely, Updateable } from "kysely";

import { firstJobId } from "../jobs/job-id.ts";
import { type Job, type JobState, UNSETTLED_STATES } from "../jobs/job.ts";
import type { JobRepository, Lease } from "../jobs/repositories.ts";
import { statesBefore } from "../jobs/transitions.ts";
import type { Shard } from "../shard.ts";
import { handChanges } from "./hand-changes.ts";
import { jobToRow, patchToColumns, rowToJob, sourcesOf } from "./job-rows.ts";
import { isOf } from "./ownership.ts";
import { isOfServer } from "./server-jobs.ts";
import { rememberPicture } from "./picture-repository.ts";
import type { JobTable, Schema } from "./schema.ts";

export function createJobRepository(db: Kysely<Schema>, shard: Shard): JobRepository {
  return {
    async insert(job, turn) {
      await db.transaction().execute(async (transaction) => {
        for (const picture of sourcesOf(job)) await rememberPicture(transaction, picture);
        await transaction.insertInto("jobs").values(jobToRow(job, turn)).execute();
      });
    },

    async get(id) {
      const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? rowToJob(row) : null;
    },

    async claim(id, worker) {
      const row = await db
        .updateTable("jobs")
        .set((is) => ({ state: "queued", fence: is("fence", "+", 1), worker }))
        .where("id", "=", id)
        .where("state", "in", UNSETTLED_STATES)
        .returningAll()
        .executeTakeFirst();
      return row ? { job: rowToJob(row), lease: { jobId: row.id, fence: row.fence } } : null;
    },

    async transition(id, to, patch = {}, lease) {
      const { result } = patch;
      const change = { ...patchToColumns(patch), state: to };
      if (!result) return update(db, id, change, statesBefore(to), lease);
      return db.transaction().execute(async (transaction) => {
        // Known before it is referred to; where the move is refused, an unused row that says a picture's size is no harm.
        await rememberPicture(transaction, result.picture);
        return update(transaction, id, change, statesBefore(to), lease);
      });
    },

    amend: (id, patch, lease) => update(db, id, patchToColumns(patch), UNSETTLED_STATES, lease),

    async unsettled() {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("state", "in", UNSETTLED_STATES)
        .where(isOf(shard, "guild_id"))
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
        .where(isOfServer(guildId))
        .where("state", "=", "failed")
        .where("settled_at", ">", since)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(rowToJob);
    },

    async painted(userId, guildId, { limit, before }) {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("user_id", "=", userId)
        .where(isOfServer(guildId))
        .where("state", "=", "done")
        .$if(before !== undefined, (query) => query.where("id", "<", before!))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(rowToJob);
    },

    async tally(userId, guildId, since) {
      const own = db.selectFrom("jobs").where("user_id", "=", userId).where(isOfServer(guildId));
      const asked = await own
        .select("created_at")
        .where("id", ">=", firstJobId(since))
        .where("created_at", ">", since)
        .where((is) =>
          is.or([
            is("state", "in", [...UNSETTLED_STATES, "done"]),
            is.and([is("state", "=", "cancelled"), is("started_at", "is not", null)]),
          ]),
        )
        .orderBy("created_at")
        .execute();
      const { unsettled } = await own
        .select((is) => is.fn.countAll().as("unsettled"))
        .where("state", "in", UNSETTLED_STATES)
        .executeTakeFirstOrThrow();
      return { askedAt: asked.map((row) => row.created_at), unsettled: Number(unsettled) };
    },

    handChanges: () => handChanges(db),
  };
}

/**
 * One statement: of two that want to move a job, one does, whatever database and however many processes there are. An
 * empty change reads.
 */
async function update(
  db: Kysely<Schema>,
  id: string,
  change: Updateable<JobTable>,
  from: readonly JobState[],
  lease: Lease | undefined,
): Promise<Job | null> {
  const row = await db
    .updateTable("jobs")
    .set({ ...change, id })
    .where("id", "=", id)
    .where("state", "in", from)
    .$if(lease !== undefined, (query) => query.where("fence", "=", lease!.fence))
    .returningAll()
    .executeTakeFirst();
  return row ? rowToJob(row) : null;
}
