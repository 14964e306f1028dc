/** Everything that the database knows of a member: to be listed for them, or erased. */
import type { Kysely } from "kysely";

import { eraseJob, eraseRound } from "./erase-jobs.ts";
import { eraseLibrary } from "./erase-library.ts";
import { noteDiscards } from "./discards.ts";
import { JOB_PICTURES } from "../job-rows.ts";
import { eraseSurvey, surveysMadeOf } from "./erase-surveys.ts";
import { sql } from "../kysely.ts";
import type { Schema } from "../schema.ts";

/** A message of the bot's on Discord. */
export interface MessagePlace {
  readonly channelId: string;
  readonly messageId: string;
}

/** A member, in one server or (`null`) in all. */
export interface Scope {
  readonly userId: string;
  readonly guildId: string | null;
}

/** Columns that name members, and the column that says in which server. */
const NAMED = [
  ["jobs", "user_id"],
  ["styles", "owner_id"],
  ["learnings", "user_id"],
  ["comparisons", "user_id"],
  ["medal_changes", "voter_id"],
  ["survey_showings", "user_id"],
] as const;

/** Columns that name members in what is others'. */
const MENTIONED = [
  ["candidates", "requester_id"],
  ["blocks", "by_user_id"],
  ["surveys", "user_id"],
] as const;

/** Everybody of whom something is known. */
export async function knownMembers(db: Kysely<Schema>): Promise<readonly string[]> {
  const known = new Set<string>();
  for (const [table, column] of [...NAMED, ...MENTIONED]) {
    const { rows } = await sql<{
      id: string;
    }>`select distinct ${sql.ref(column)} as id from ${sql.table(table)}`.execute(db);
    for (const { id } of rows) if (id !== "") known.add(id);
  }
  return [...known];
}

const within = (guildId: string | null) =>
  guildId === null ? sql<boolean>`1 = 1` : sql<boolean>`guild_id = ${guildId}`;

/** Ids of a member's jobs, oldest first. */
export async function jobsOf(db: Kysely<Schema>, { userId, guildId }: Scope): Promise<readonly string[]> {
  const query = db.selectFrom("jobs").select("id").where("user_id", "=", userId).where(within(guildId));
  return (await query.orderBy("id").execute()).map(({ id }) => id);
}

/** Where the bot shows a member's jobs, comparisons, learnings and studies of their pictures, and can take it off. */
export async function messagesOf(db: Kysely<Schema>, { userId, guildId }: Scope): Promise<readonly MessagePlace[]> {
  const surfaces = await db
    .selectFrom("surfaces")
    .innerJoin("jobs", "jobs.id", "surfaces.job_id")
    .selectAll("surfaces")
    .select("jobs.outside")
    .where("jobs.user_id", "=", userId)
    .$if(guildId !== null, (query) => query.where("jobs.guild_id", "=", guildId))
    .execute();
  const candidates = await db
    .selectFrom("candidates")
    .innerJoin("rounds", "rounds.id", "candidates.round_id")
    .select(["candidates.message_id", "rounds.channel_id"])
    .where("candidates.requester_id", "=", userId)
    .$if(guildId !== null, (query) => query.where("rounds.guild_id", "=", guildId))
    .execute();
  const comparisons = await db
    .selectFrom("comparisons")
    .select(["channel_id", "card_message_id", "sheet_message_id"])
    .where("user_id", "=", userId)
    .where(within(guildId))
    .execute();
  const learnings = await db
    .selectFrom("learnings")
    .select(["channel_id", "thread_id", "card_message_id", "progress_message_id"])
    .where("user_id", "=", userId)
    .where(within(guildId))
    .execute();
  const studies = await surveysMadeOf(db, userId, guildId);
  const inReach = surfaces.filter(({ outside }) => outside === 0);
  const all: (readonly [string, string | null])[] = [
    ...[...inReach, ...learnings].flatMap((row) => [
      [row.channel_id, row.card_message_id] as const,
      [row.thread_id ?? row.channel_id, row.progress_message_id] as const,
    ]),
    // Of what was asked for outside, a direct message is all that can be reached.
    ...surfaces
      .filter((row) => row.outside === 0 || row.thread_id !== null)
      .flatMap((row) => [
        [row.thread_id ?? row.channel_id, row.description_message_id] as const,
        [row.thread_id ?? row.channel_id, row.result_message_id] as const,
      ]),
    ...studies.map((row) => [row.channel_id, row.message_id] as const),
    ...studies.flatMap(({ report }) => {
      const { channelId, messageId } = (JSON.parse(report ?? "null") ?? {}) as Partial<MessagePlace>;
      return channelId && messageId ? [[channelId, messageId] as const] : [];
    }),
    ...candidates.map((row) => [row.channel_id, row.message_id] as const),
    ...comparisons.flatMap((row) => [
      [row.channel_id, row.card_message_id] as const,
      [row.channel_id, row.sheet_message_id] as const,
    ]),
  ];
  const places = new Map<string, MessagePlace>();
  for (const [channelId, messageId] of all) if (messageId !== null) places.set(messageId, { channelId, messageId });
  return [...places.values()];
}

/**
 * Erases a member's comparisons, jobs, styles, learnings, medals, answers in studies and studies of their pictures; their files are noted to be
 * discarded. Jobs that are under way have to be stopped before. May be called again when it was broken off.
 *
 * @param breathe called between jobs
 */
export async function eraseMember(db: Kysely<Schema>, scope: Scope, breathe: () => Promise<void>): Promise<void> {
  const { userId, guildId } = scope;
  await eraseComparisons(db, scope);
  const jobs = await jobsOf(db, scope);
  await noteDiscards(db, "job", jobs);
  for (const id of jobs) {
    await eraseJob(db, id);
    await breathe();
  }
  const named = (column: string) => sql<boolean>`${sql.ref(column)} = ${userId} and ${within(guildId)}`;
  await eraseLibrary(db, { styles: named("owner_id"), learnings: named("user_id") });
  await db.deleteFrom("medal_changes").where("voter_id", "=", userId).where(within(guildId)).execute();
  await db.deleteFrom("survey_showings").where("user_id", "=", userId).where(within(guildId)).execute();
  // What they gave is in all of it, so others' answers go with it.
  for (const { id } of await surveysMadeOf(db, userId, guildId)) {
    await eraseSurvey(db, id);
    await breathe();
  }
  await db.updateTable("surveys").set({ user_id: "" }).where("user_id", "=", userId).where(within(guildId)).execute();
  const rounds = db.selectFrom("rounds").select("id").where(within(guildId));
  await db
    .updateTable("candidates")
    .set({ requester_id: "" })
    .where("requester_id", "=", userId)
    .where("round_id", "in", rounds)
    .execute();
  // That they are blocked stays for as long as the server wants it; whom they blocked, not by whom.
  await db
    .updateTable("blocks")
    .set({ by_user_id: "" })
    .where("by_user_id", "=", userId)
    .where(within(guildId))
    .execute();
}

/** Those that are not over are broken off, with the ballots on them. */
async function eraseComparisons(db: Kysely<Schema>, { userId, guildId }: Scope): Promise<void> {
  const own = await db
    .selectFrom("comparisons")
    .select(["id", "state", "content_sha256", "style_sha256"])
    .where("user_id", "=", userId)
    .where(within(guildId))
    .execute();
  for (const { id, state, content_sha256: content, style_sha256: style } of own)
    await db.transaction().execute(async (transaction) => {
      await noteDiscards(transaction, "picture", [content, style]);
      if (state !== "closed") await eraseRound(transaction, id);
      await transaction.deleteFrom("comparison_jobs").where("comparison_id", "=", id).execute();
      await transaction.deleteFrom("comparisons").where("id", "=", id).execute();
    });
}

/** All that is kept of a member, for them to read. */
export async function memberData(db: Kysely<Schema>, { userId, guildId }: Scope): Promise<object> {
  const rowsOf = (table: (typeof NAMED)[number][0], column: string) =>
    db.selectFrom(table).selectAll().where(sql.ref(column), "=", userId).where(within(guildId)).execute();
  const [jobs, styles, learnings, comparisons, medals, studies] = await Promise.all(
    NAMED.map(([table, column]) => rowsOf(table, column)),
  );
  const named = await sql<{ sha256: string; width: number; height: number }>`select sha256, width, height from pictures
    where exists (select 1 from jobs where user_id = ${userId} and ${within(guildId)}
      and pictures.sha256 in (${sql.join(JOB_PICTURES.map((column) => sql.ref(column)))}))
    or exists (select 1 from styles where owner_id = ${userId} and ${within(guildId)} and picture_sha256 = pictures.sha256)
    or exists (select 1 from surveys join survey_pairs on survey_pairs.survey_id = surveys.id
      where surveys.user_id = ${userId} and surveys.made = 1 and ${within(guildId)} and content_sha256 = pictures.sha256)`.execute(
    db,
  );
  return {
    member: userId,
    server: guildId,
    pictures: named.rows,
    jobs,
    styles,
    learnings,
    comparisons,
    medals,
    studies,
  };
}
