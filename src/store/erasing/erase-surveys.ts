/** Erases studies that people took part in, and single people out of them. */
import type { Kysely } from "kysely";

import { noteDiscards } from "./discards.ts";
import { sql } from "../kysely.ts";
import type { Schema } from "../schema.ts";

/** Erases one with everybody's answers. @returns the pictures that it held, noted to be discarded */
export async function eraseSurvey(db: Kysely<Schema>, id: string): Promise<readonly string[]> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ sha256: string }>`
      select content_sha256 as sha256 from survey_pairs where survey_id = ${id}
      union select style_sha256 from survey_pairs where survey_id = ${id}
      union select sha256 from survey_pictures where survey_id = ${id}`.execute(transaction);
    for (const table of ["survey_showings", "survey_jobs", "survey_pictures", "survey_pairs"] as const)
      await transaction.deleteFrom(table).where("survey_id", "=", id).execute();
    await transaction.deleteFrom("surveys").where("id", "=", id).execute();
    const pictures = rows.map(({ sha256 }) => sha256);
    await noteDiscards(transaction, "picture", pictures);
    return pictures;
  });
}

/** Those whose pictures were made of what a member gave, in one server or (`null`) in all. */
export async function surveysMadeOf(db: Kysely<Schema>, userId: string, guildId: string | null) {
  return db
    .selectFrom("surveys")
    .select(["id", "channel_id", "message_id", "report"])
    .where("user_id", "=", userId)
    .where("made", "=", 1)
    .$if(guildId !== null, (query) => query.where("guild_id", "=", guildId!))
    .execute();
}

/** Of a server. @param closedBefore Unix milliseconds; absent: all, also those that are open */
export async function surveysOf(
  db: Kysely<Schema>,
  guildId: string,
  closedBefore?: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("surveys")
    .select("id")
    .where("guild_id", "=", guildId)
    .$if(closedBefore !== undefined, (query) => query.where("closed_at", "<", closedBefore!))
    .execute();
  return rows.map(({ id }) => id);
}
