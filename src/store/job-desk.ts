/** Jobs as whoever runs the bot looks after them by hand (`atelier jobs`), whether a bot runs or not. */
import type { Kysely, Transaction } from "kysely";

import { type Job, type JobState, UNSETTLED_STATES } from "../jobs/job.ts";
import { statesBefore } from "../jobs/transitions.ts";
import { countHandChange } from "./hand-changes.ts";
import { rowToJob } from "./job-rows.ts";
import type { Schema } from "./schema.ts";
import { RETRY_FLAG } from "./surface-repository.ts";

/** What is not settled. */
interface JobCounts {
  readonly byState: Readonly<Record<string, number>>;
  /** Unix milliseconds; `null` when none waits. */
  readonly oldestQueuedAt: number | null;
}

/** Why a job was not queued again. */
export type RetryRefusal = "unknown" | "not-failed" | "untold" | "compared";

/** A job, and the holder of its newest lease. */
export interface JobEntry {
  readonly job: Job;
  readonly worker: string | null;
}

export interface JobDesk {
  /** The newest first. @param states those in one of these only */
  list(states: readonly JobState[], limit: number): Promise<readonly JobEntry[]>;
  get(id: string): Promise<JobEntry | null>;
  counts(): Promise<JobCounts>;
  /**
   * Queues a failed job again, as if nobody had begun it: it is told in the same conversation, in new messages. Not one
   * whose failure is still to be told, nor one of a comparison, which has ended with it.
   *
   * @returns `null` when it is queued
   */
  retry(id: string): Promise<RetryRefusal | null>;
  /** Settles a job that waits or runs. `false` when it was settled already, or there is none. */
  cancel(id: string): Promise<boolean>;
}

export function createJobDesk(db: Kysely<Schema>): JobDesk {
  return {
    async list(states, limit) {
      const rows = await db
        .selectFrom("jobs")
        .selectAll()
        .where("state", "in", states)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ job: rowToJob(row), worker: row.worker }));
    },

    async get(id) {
      const row = await db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? { job: rowToJob(row), worker: row.worker } : null;
    },

    async counts() {
      const rows = await db
        .selectFrom("jobs")
        .select(({ fn }) => ["state", fn.countAll<number>().as("jobs"), fn.min("created_at").as("oldest")])
        .where("state", "in", UNSETTLED_STATES)
        .groupBy("state")
        .execute();
      const oldestQueuedAt = rows.find(({ state }) => state === "queued")?.oldest ?? null;
      const none = Object.fromEntries(UNSETTLED_STATES.map((state) => [state, 0]));
      const some = Object.fromEntries(rows.map(({ state, jobs }) => [state, jobs]));
      return { byState: { ...none, ...some }, oldestQueuedAt };
    },

    retry: (id) =>
      db.transaction().execute(async (transaction) => {
        const moved = await transaction
          .updateTable("jobs")
          .set({ state: "queued", attempts: 0, failure: null, last_fault: null, started_at: null, settled_at: null })
          .where("id", "=", id)
          .where("state", "=", "failed")
          .where(
            "id",
            "not in",
            transaction.selectFrom("surfaces").select("job_id").where("job_id", "=", id).where("finished", "=", 0),
          )
          .where("id", "not in", transaction.selectFrom("comparison_jobs").select("job_id").where("job_id", "=", id))
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return refusal(transaction, id);
        await reopenSurface(transaction, id);
        await countHandChange(transaction);
        return null;
      }),

    cancel: (id) =>
      db.transaction().execute(async (transaction) => {
        const moved = await transaction
          .updateTable("jobs")
          .set({ state: "cancelled", settled_at: Date.now() })
          .where("id", "=", id)
          .where("state", "in", statesBefore("cancelled"))
          .executeTakeFirst();
        if (moved.numUpdatedRows === 0n) return false;
        await countHandChange(transaction);
        return true;
      }),
  };
}

async function refusal(db: Transaction<Schema>, id: string): Promise<RetryRefusal> {
  const row = await db.selectFrom("jobs").select("state").where("id", "=", id).executeTakeFirst();
  if (!row) return "unknown";
  if (row.state !== "failed") return "not-failed";
  const compared = await db.selectFrom("comparison_jobs").select("job_id").where("job_id", "=", id).executeTakeFirst();
  return compared ? "compared" : "untold";
}

/** What is told from here on is told in messages of its own: those that told the failure stay. */
async function reopenSurface(db: Transaction<Schema>, id: string): Promise<void> {
  const row = await db.selectFrom("surfaces").select("flags").where("job_id", "=", id).executeTakeFirst();
  if (!row) return;
  const flags = JSON.parse(row.flags) as string[];
  const round = flags.filter((flag) => flag.startsWith(RETRY_FLAG)).length + 1;
  await db
    .updateTable("surfaces")
    .set({
      finished: 0,
      result_message_id: null,
      progress_message_id: null,
      flags: JSON.stringify([...flags, `${RETRY_FLAG}${round}`]),
    })
    .where("job_id", "=", id)
    .execute();
}
