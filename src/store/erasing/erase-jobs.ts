/** Erases jobs with everything that is known of them, but for the ballots of rounds that are decided. */
import type { Kysely } from "kysely";

import { SETTLED_STATES } from "../../jobs/job.ts";
import { noteDiscards } from "./discards.ts";
import { JOB_PICTURES, picturesOf } from "../job-rows.ts";
import { sql } from "../kysely.ts";
import type { Schema } from "../schema.ts";

/** Comparisons that are not over: their pictures stay. */
const UNDER_WAY = ["painting", "open", "closing"] as const;

/** Whether a job of the table `jobs` is in a comparison that is not over. */
export const isBeingCompared = sql<boolean>`exists (select 1 from comparison_jobs
  join comparisons on comparisons.id = comparison_jobs.comparison_id
  where comparison_jobs.job_id = jobs.id and comparisons.state in (${sql.join(UNDER_WAY)}))`;

/**
 * Erases a job that is settled and not being compared; its pictures are noted to be discarded.
 *
 * @returns hashes of the pictures it referred to; `null` when it stays, or is not there
 */
export const eraseJob = (db: Kysely<Schema>, id: string): Promise<readonly string[] | null> =>
  db.transaction().execute(async (transaction) => {
    const job = await transaction
      .selectFrom("jobs")
      .select(JOB_PICTURES)
      .where("id", "=", id)
      .where("state", "in", SETTLED_STATES)
      .where((is) => is.not(isBeingCompared))
      .executeTakeFirst();
    if (!job) return null;
    await leaveRounds(transaction, id);
    await leaveComparisons(transaction, id);
    await transaction.deleteFrom("jobs").where("id", "=", id).execute();
    const pictures = picturesOf(job);
    await noteDiscards(transaction, "picture", pictures);
    return [...new Set(pictures)];
  });

/** Of rounds that take ballots it is a candidate no longer; what was decided stays decided. */
async function leaveRounds(db: Kysely<Schema>, jobId: string): Promise<void> {
  const open = await db
    .selectFrom("candidates")
    .innerJoin("rounds", "rounds.id", "candidates.round_id")
    .select("rounds.id")
    .where("candidates.job_id", "=", jobId)
    .where("rounds.closed_at", "is", null)
    .where((is) => is.or([is("rounds.blind", "=", 1), is("rounds.closes_at", ">", Date.now())]))
    .execute();
  for (const { id } of open) {
    await db.deleteFrom("medal_changes").where("round_id", "=", id).where("job_id", "=", jobId).execute();
    await db.deleteFrom("candidates").where("round_id", "=", id).where("job_id", "=", jobId).execute();
    const left = await db.selectFrom("candidates").select("message_id").where("round_id", "=", id).executeTakeFirst();
    if (!left) await eraseRound(db, id);
  }
}

export async function eraseRound(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom("medal_changes").where("round_id", "=", id).execute();
  await db.deleteFrom("candidates").where("round_id", "=", id).execute();
  await db.deleteFrom("rounds").where("id", "=", id).execute();
}

async function leaveComparisons(db: Kysely<Schema>, jobId: string): Promise<void> {
  const left = await db.deleteFrom("comparison_jobs").where("job_id", "=", jobId).returning("comparison_id").execute();
  for (const { comparison_id: id } of left) {
    const other = db.selectFrom("comparison_jobs").select("job_id").where("comparison_id", "=", id);
    await db
      .deleteFrom("comparisons")
      .where("id", "=", id)
      .where((is) => is.not(is.exists(other)))
      .execute();
  }
}
