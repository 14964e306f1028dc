/** Erases what is known of a picture to which no job, style, learning or comparison refers. */
import { randomBytes } from "node:crypto";

import type { ExpressionBuilder, Kysely } from "kysely";

import { isReferredTo } from "../dialect.ts";
import { JOB_PICTURES } from "../job-rows.ts";
import { sql } from "../kysely.ts";
import type { Schema } from "../schema.ts";

/** Columns that keep a picture where it is. Rounds and captions do not: they say something about it. */
const HOLDERS = [
  ...JOB_PICTURES.map((column) => ["jobs", column] as const),
  ["comparisons", "content_sha256"],
  ["comparisons", "style_sha256"],
  ["styles", "picture_sha256"],
  ["learnings", "picture_sha256"],
  ["survey_pairs", "content_sha256"],
  ["survey_pairs", "style_sha256"],
  ["survey_pictures", "sha256"],
] as const;

/** Whether anything holds the picture of a row of `pictures`. */
export const isHeld = sql<boolean>`(${sql.join(
  HOLDERS.map(
    ([table, column]) =>
      sql`exists (select 1 from ${sql.table(table)} where ${sql.ref(`${table}.${column}`)} = pictures.sha256)`,
  ),
  sql` or `,
)})`;

/**
 * Forgets a picture that nothing holds: its captions and vectors go, and rounds that were decided name a stand-in from
 * now on, so that their ballots count without telling of which picture.
 *
 * @param before only where nobody came with it since, Unix milliseconds
 * @returns `false` when something holds it, and nothing was done
 */
export async function erasePicture(
  db: Kysely<Schema>,
  sha256: string,
  before = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  try {
    return await db.transaction().execute(async (transaction) => {
      // Of what was learned long ago nobody asks for the picture any more.
      await transaction
        .deleteFrom("learnings")
        .where("picture_sha256", "=", sha256)
        .where("settled", "=", 1)
        .where("ending", "is", null)
        .execute();
      const picture = await transaction
        .selectFrom("pictures")
        .select(["face_prominent", "touched_at", isHeld.as("held")])
        .where("sha256", "=", sha256)
        .executeTakeFirst();
      if (!picture) return true;
      if (picture.held || picture.touched_at >= before) return false;
      for (const column of ["content_sha256", "style_sha256"] as const)
        await standIn(transaction, column, sha256, picture.face_prominent);
      await leaveBlends(transaction, sha256);
      await transaction.deleteFrom("captions").where("style_sha256", "=", sha256).execute();
      await transaction.deleteFrom("pictures").where("sha256", "=", sha256).execute();
      return true;
    });
  } catch (error) {
    // Somebody came to refer to it in the same moment.
    if (isReferredTo(error)) return false;
    throw error;
  }
}

async function standIn(
  db: Kysely<Schema>,
  column: "content_sha256" | "style_sha256",
  sha256: string,
  prominent: number | null,
): Promise<void> {
  const named = (is: ExpressionBuilder<Schema, "rounds" | "medal_changes">) => is(column, "=", sha256);
  const round = await db.selectFrom("rounds").select("id").where(column, "=", sha256).executeTakeFirst();
  if (!round) return;
  const nobody = randomBytes(32).toString("hex");
  const source = prominent === null ? null : "detector";
  const values = { sha256: nobody, width: 0, height: 0, face_prominent: prominent, faces: null, face_source: source };
  await db
    .insertInto("pictures")
    .values({ ...values, face_source: source as "detector" | null })
    .execute();
  const rounds = db.selectFrom("rounds").select("id").where(column, "=", sha256);
  await db
    .updateTable("medal_changes")
    .set({ [column]: nobody })
    .where("round_id", "in", rounds)
    .execute();
  await db
    .updateTable("rounds")
    .set({ [column]: nobody })
    .where(named as never)
    .execute();
}

/** Rounds of blends name further pictures within a text, which a stand-in keeps apart from others. */
async function leaveBlends(db: Kysely<Schema>, sha256: string): Promise<void> {
  const nobody = randomBytes(32).toString("hex");
  // As it stands in the index.
  const isBlend = sql<boolean>`blend <> ''`;
  await db
    .updateTable("rounds")
    .set({ blend: sql<string>`replace(blend, ${sha256}, ${nobody})` })
    .where(isBlend)
    .where("blend", "like", `%${sha256}%`)
    .execute();
}
