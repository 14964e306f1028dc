/** Studies whose pictures are still to be painted: which, by whom, and that people are invited when they are there. */
import type { Kysely } from "kysely";

import type { Survey, SurveyPair, UnpaintedPicture } from "../study/survey/survey.ts";
import { VARIANTS } from "../variant.ts";
import { noteDiscards } from "./erasing/discards.ts";
import { rememberPicture } from "./picture-repository.ts";
import type { Schema } from "./schema.ts";
import { insertPairs, type Sized } from "./survey-repository.ts";

type SurveyPlace = Pick<UnpaintedPicture, "number" | "variant">;

export interface PaintedSurveyRepository {
  /** A study whose pictures are still to be painted. @param sources of its pairs, with their sizes */
  insert(survey: Survey, pairs: readonly Omit<SurveyPair, "pictures">[], sources: readonly Sized[]): Promise<void>;
  /** What is still to be painted, or cannot be, in order. */
  left(id: string): Promise<readonly UnpaintedPicture[]>;
  /** Somebody was asked to paint it. */
  noteJob(id: string, place: SurveyPlace, jobId: string | null): Promise<void>;
  notePainted(id: string, place: SurveyPlace, sha256: string): Promise<void>;
  noteUnpaintable(id: string, place: SurveyPlace, failure: string): Promise<void>;
  /** People are invited from now on to rank the pairs that are whole; the others are taken out. */
  open(id: string, now: number): Promise<void>;
}

export function createPaintedSurveyRepository(db: Kysely<Schema>): PaintedSurveyRepository {
  return {
    insert: (survey, pairs, sources) =>
      db.transaction().execute(async (transaction) => {
        for (const picture of sources) await rememberPicture(transaction, picture);
        await insertPairs(transaction, survey, pairs);
        const rows = pairs.flatMap(({ number }) =>
          VARIANTS.map((variant) => ({ survey_id: survey.id, number, variant })),
        );
        await transaction.insertInto("survey_jobs").values(rows).execute();
      }),

    async left(id) {
      const rows = await db
        .selectFrom("survey_jobs")
        .innerJoin("survey_pairs as pair", (join) =>
          join.onRef("pair.survey_id", "=", "survey_jobs.survey_id").onRef("pair.number", "=", "survey_jobs.number"),
        )
        .innerJoin("pictures as content", "content.sha256", "pair.content_sha256")
        .innerJoin("pictures as style", "style.sha256", "pair.style_sha256")
        .select(["survey_jobs.number", "survey_jobs.variant", "survey_jobs.job_id", "survey_jobs.failure"])
        .select(["pair.content_sha256", "pair.style_sha256", "pair.content_name", "pair.style_name"])
        .select(["content.width as content_width", "content.height as content_height"])
        .select(["style.width as style_width", "style.height as style_height"])
        .where("survey_jobs.survey_id", "=", id)
        .orderBy("survey_jobs.number")
        .orderBy("survey_jobs.variant")
        .execute();
      return rows.map((row) => {
        const { content_sha256, content_name, content_width, content_height } = row;
        const { style_sha256, style_name, style_width, style_height } = row;
        return {
          number: row.number,
          variant: row.variant,
          content: { sha256: content_sha256, name: content_name, width: content_width, height: content_height },
          style: { sha256: style_sha256, name: style_name, width: style_width, height: style_height },
          jobId: row.job_id,
          failure: row.failure,
        };
      });
    },

    async noteJob(id, place, jobId) {
      await unpaintedAt(db.updateTable("survey_jobs"), id, place).set({ job_id: jobId }).execute();
    },

    notePainted: (id, place, sha256) =>
      db.transaction().execute(async (transaction) => {
        const { number, variant } = place;
        const gone = await transaction
          .deleteFrom("survey_jobs")
          .where("survey_id", "=", id)
          .where("number", "=", number)
          .where("variant", "=", variant)
          .returning("number")
          .executeTakeFirst();
        // Somebody took the study away meanwhile.
        if (!gone) return;
        await transaction.insertInto("survey_pictures").values({ survey_id: id, number, variant, sha256 }).execute();
      }),

    async noteUnpaintable(id, place, failure) {
      await unpaintedAt(db.updateTable("survey_jobs"), id, place).set({ failure }).execute();
    },

    open: (id, now) =>
      db.transaction().execute(async (transaction) => {
        const broken = await transaction
          .selectFrom("survey_jobs")
          .innerJoin("survey_pairs as pair", (join) =>
            join.onRef("pair.survey_id", "=", "survey_jobs.survey_id").onRef("pair.number", "=", "survey_jobs.number"),
          )
          .select(["survey_jobs.number", "pair.content_sha256", "pair.style_sha256"])
          .where("survey_jobs.survey_id", "=", id)
          .execute();
        const numbers = [...new Set(broken.map(({ number }) => number))];
        if (numbers.length > 0) {
          const painted = await transaction
            .deleteFrom("survey_pictures")
            .where("survey_id", "=", id)
            .where("number", "in", numbers)
            .returning("sha256")
            .execute();
          await transaction.deleteFrom("survey_jobs").where("survey_id", "=", id).execute();
          await transaction
            .deleteFrom("survey_pairs")
            .where("survey_id", "=", id)
            .where("number", "in", numbers)
            .execute();
          const sources = broken.flatMap(({ content_sha256, style_sha256 }) => [content_sha256, style_sha256]);
          await noteDiscards(transaction, "picture", [...sources, ...painted.map(({ sha256 }) => sha256)]);
        }
        await transaction
          .updateTable("surveys")
          .set((is) => ({
            painting: 0,
            closes_at: is(is("closes_at", "-", is.ref("created_at")), "+", now),
          }))
          .where("id", "=", id)
          .where("painting", "=", 1)
          .execute();
      }),
  };
}

const updatingJobs = (db: Kysely<Schema>) => db.updateTable("survey_jobs");

const unpaintedAt = (
  query: ReturnType<typeof updatingJobs>,
  id: string,
  { number, variant }: SurveyPlace,
): ReturnType<typeof updatingJobs> =>
  query.where("survey_id", "=", id).where("number", "=", number).where("variant", "=", variant);
