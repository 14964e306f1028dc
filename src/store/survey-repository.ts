/** Studies that people take part in: what is ranked, what each is shown, what they answered. */
import type { Kysely, Selectable } from "kysely";

import type { PictureRef } from "../jobs/job.ts";
import type { Shard } from "../shard.ts";
import type { Ranked, Ranking, Showing, Survey, SurveyPair, SurveyReport } from "../study/survey/survey.ts";
import { VARIANTS, type Variant } from "../variant.ts";
import { lockForTransaction } from "./dialect.ts";
import { isOf } from "./ownership.ts";
import { rememberPicture } from "./picture-repository.ts";
import type { Schema, SurveyShowingTable, SurveyTable } from "./schema.ts";

/** Kind of the lock under which shares are given out. */
const SHARES_LOCK = 3;
/** Rows of one statement. */
const ROWS = 500;

/** What somebody was given to rank. */
export interface KnownShowing extends Showing {
  readonly userId: string;
  /** When they first saw it, Unix milliseconds. */
  readonly shownAt: number | null;
  /** `null` until it is answered. */
  readonly ranking: readonly Ranked[] | null;
}

/** A stored picture and its pixels. */
export type Sized = Pick<PictureRef, "sha256" | "width" | "height">;

export interface SurveyRepository {
  /** @param pictures all that its pairs name, with their sizes */
  insert(survey: Survey, pairs: readonly SurveyPair[], pictures: readonly Sized[]): Promise<void>;
  get(id: string): Promise<Survey | null>;
  /** Of a server, the newest first. */
  list(guildId: string): Promise<readonly Survey[]>;
  /** Those of this process's servers whose message does not show a result yet. */
  unfinished(): Promise<readonly Survey[]>;
  noteReport(id: string, report: SurveyReport): Promise<void>;
  /** Nobody takes part any more. @returns `false` when it was so before */
  close(id: string, at: number): Promise<boolean>;
  /** Its message shows the result. */
  noteShownResult(id: string): Promise<void>;
  pairs(id: string): Promise<readonly SurveyPair[]>;
  /**
   * Gives a person their share, once.
   *
   * @param choose makes it of everything that was given out so far
   */
  join(id: string, userId: string, choose: (shown: readonly KnownShowing[]) => readonly Showing[]): Promise<void>;
  /** What a person was given, in order; empty: they take no part. */
  share(id: string, userId: string): Promise<readonly KnownShowing[]>;
  /** Notes when somebody first saw a showing. */
  noteShown(id: string, userId: string, position: number, at: number): Promise<void>;
  /** @returns `false` when it was answered before; that stands */
  rank(id: string, ranking: Omit<Ranking, "pair" | "order">): Promise<boolean>;
  rankings(id: string): Promise<readonly Ranking[]>;
  /** Those that somebody takes part in. @param guildId `null`: in any server */
  answeredBy(person: { readonly userId: string; readonly guildId: string | null }): Promise<readonly Survey[]>;
  /** Takes a person out, with all that they answered. @returns whether they had answered anything */
  withdraw(id: string, userId: string): Promise<boolean>;
}

export function createSurveyRepository(db: Kysely<Schema>, shard: Shard): SurveyRepository {
  const surveys = db.selectFrom("surveys").selectAll();
  return {
    insert: (survey, pairs, pictures) =>
      db.transaction().execute(async (transaction) => {
        for (const picture of pictures) await rememberPicture(transaction, picture);
        const survey_id = survey.id;
        await insertPairs(transaction, survey, pairs);
        const painted = pairs.flatMap(({ number, pictures: byVariant }) =>
          VARIANTS.map((variant) => ({ survey_id, number, variant, sha256: byVariant[variant] })),
        );
        for (let n = 0; n < painted.length; n += ROWS)
          await transaction
            .insertInto("survey_pictures")
            .values(painted.slice(n, n + ROWS))
            .execute();
      }),

    async get(id) {
      const row = await surveys.where("id", "=", id).executeTakeFirst();
      return row ? rowToSurvey(row) : null;
    },

    async list(guildId) {
      return (await surveys.where("guild_id", "=", guildId).orderBy("id", "desc").execute()).map(rowToSurvey);
    },

    async unfinished() {
      const rows = await surveys.where("state", "!=", "closed").where(isOf(shard, "guild_id")).orderBy("id").execute();
      return rows.map(rowToSurvey);
    },

    async noteReport(id, report) {
      await db
        .updateTable("surveys")
        .set({ report: JSON.stringify(report) })
        .where("id", "=", id)
        .execute();
    },

    async close(id, at) {
      const closed = await db
        .updateTable("surveys")
        .set({ state: "closing", closed_at: at })
        .where("id", "=", id)
        .where("state", "=", "open")
        .where("painting", "=", 0)
        .returning("id")
        .executeTakeFirst();
      return closed !== undefined;
    },

    async noteShownResult(id) {
      await db
        .updateTable("surveys")
        .set({ state: "closed" })
        .where("id", "=", id)
        .where("state", "=", "closing")
        .execute();
    },

    async pairs(id) {
      const rows = await db
        .selectFrom("survey_pairs")
        .selectAll()
        .where("survey_id", "=", id)
        .orderBy("number")
        .execute();
      const painted = new Map<number, Partial<Record<Variant, string>>>();
      for (const { number, variant, sha256 } of await db
        .selectFrom("survey_pictures")
        .selectAll()
        .where("survey_id", "=", id)
        .execute())
        painted.set(number, { ...painted.get(number), [variant]: sha256 });
      return rows.map((row) => ({
        number: row.number,
        content: { sha256: row.content_sha256, name: row.content_name },
        style: { sha256: row.style_sha256, name: row.style_name },
        face: row.face === null ? null : row.face === 1,
        pictures: painted.get(row.number) as SurveyPair["pictures"],
      }));
    },

    join: (id, userId, choose) =>
      db.transaction().execute(async (transaction) => {
        await lockForTransaction(transaction, SHARES_LOCK, id);
        const { guild_id } = await transaction
          .selectFrom("surveys")
          .select("guild_id")
          .where("id", "=", id)
          .executeTakeFirstOrThrow();
        const given = await showingsOf(transaction, id);
        if (given.some((showing) => showing.userId === userId)) return;
        const rows = choose(given).map(({ position, pair, order }) => ({
          survey_id: id,
          guild_id,
          user_id: userId,
          position,
          pair,
          shown: JSON.stringify(order),
          created_at: Date.now(),
          shown_at: null,
          ranking: null,
          seconds: null,
          at: null,
        }));
        await transaction.insertInto("survey_showings").values(rows).execute();
      }),

    async share(id, userId) {
      return (await showingsOf(db, id, userId)).toSorted((a, b) => a.position - b.position);
    },

    async noteShown(id, userId, position, at) {
      await showing(db.updateTable("survey_showings"), id, userId, position)
        .set({ shown_at: at })
        .where("shown_at", "is", null)
        .execute();
    },

    async rank(id, { userId, position, ranking, seconds, at }) {
      const ranked = await showing(db.updateTable("survey_showings"), id, userId, position)
        .set({ ranking: JSON.stringify(ranking), seconds, at })
        .where("ranking", "is", null)
        .returning("position")
        .executeTakeFirst();
      return ranked !== undefined;
    },

    async rankings(id) {
      const rows = await db
        .selectFrom("survey_showings")
        .selectAll()
        .where("survey_id", "=", id)
        .where("ranking", "is not", null)
        .orderBy("at")
        .orderBy("user_id")
        .execute();
      return rows.map((row) => ({
        ...rowToShowing(row),
        ranking: JSON.parse(row.ranking!) as Ranked[],
        seconds: row.seconds!,
        at: row.at!,
      }));
    },

    async answeredBy({ userId, guildId }) {
      const given = db.selectFrom("survey_showings").select("survey_id").where("user_id", "=", userId);
      const rows = await surveys
        .where("id", "in", given)
        .$if(guildId !== null, (query) => query.where("guild_id", "=", guildId!))
        .execute();
      return rows.map(rowToSurvey);
    },

    async withdraw(id, userId) {
      const gone = await db
        .deleteFrom("survey_showings")
        .where("survey_id", "=", id)
        .where("user_id", "=", userId)
        .returning("ranking")
        .execute();
      return gone.some(({ ranking }) => ranking !== null);
    },
  };
}

/** A study and its pairs, without what is painted of them. */
export async function insertPairs(
  db: Kysely<Schema>,
  survey: Survey,
  pairs: readonly Omit<SurveyPair, "pictures">[],
): Promise<void> {
  await db.insertInto("surveys").values(surveyToRow(survey)).execute();
  const rows = pairs.map(({ number, content, style, face }) => ({
    survey_id: survey.id,
    number,
    content_sha256: content.sha256,
    style_sha256: style.sha256,
    content_name: content.name,
    style_name: style.name,
    face: face === null ? null : Number(face),
  }));
  for (let n = 0; n < rows.length; n += ROWS)
    await db
      .insertInto("survey_pairs")
      .values(rows.slice(n, n + ROWS))
      .execute();
}

type Updating = ReturnType<typeof updating>;
const updating = (db: Kysely<Schema>) => db.updateTable("survey_showings");

const showing = (query: Updating, id: string, userId: string, position: number): Updating =>
  query.where("survey_id", "=", id).where("user_id", "=", userId).where("position", "=", position);

async function showingsOf(db: Kysely<Schema>, id: string, userId?: string): Promise<readonly KnownShowing[]> {
  const rows = await db
    .selectFrom("survey_showings")
    .selectAll()
    .where("survey_id", "=", id)
    .$if(userId !== undefined, (query) => query.where("user_id", "=", userId!))
    .execute();
  return rows.map(rowToShowing);
}

const rowToShowing = (row: Selectable<SurveyShowingTable>): KnownShowing => ({
  userId: row.user_id,
  position: row.position,
  pair: row.pair,
  order: JSON.parse(row.shown) as Ranked[],
  shownAt: row.shown_at,
  ranking: row.ranking === null ? null : (JSON.parse(row.ranking) as Ranked[]),
});

const surveyToRow = (survey: Survey): SurveyTable => ({
  id: survey.id,
  guild_id: survey.guildId,
  channel_id: survey.channelId,
  message_id: survey.messageId,
  user_id: survey.userId,
  run: survey.run,
  state: survey.state === "painting" ? "open" : survey.state,
  made: Number(survey.made),
  painting: Number(survey.state === "painting"),
  per_person: survey.each,
  created_at: survey.createdAt,
  closes_at: survey.closesAt,
  closes_width: survey.closesWidth,
  closed_at: survey.closedAt,
  report: survey.report === null ? null : JSON.stringify(survey.report),
});

const rowToSurvey = (row: Selectable<SurveyTable>): Survey => ({
  id: row.id,
  guildId: row.guild_id,
  channelId: row.channel_id,
  messageId: row.message_id,
  userId: row.user_id,
  run: row.run,
  made: row.made === 1,
  state: row.painting === 1 ? "painting" : row.state,
  each: row.per_person,
  createdAt: row.created_at,
  closesAt: row.closes_at,
  closesWidth: row.closes_width,
  closedAt: row.closed_at,
  report: row.report === null ? null : (JSON.parse(row.report) as SurveyReport),
});
