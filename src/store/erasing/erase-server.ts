/** Servers in the database: which there are, and to erase all of one. */
import type { Kysely } from "kysely";

import type { Shard } from "../../shard.ts";
import { eraseJob, eraseRound } from "./erase-jobs.ts";
import { eraseLibrary } from "./erase-library.ts";
import { noteDiscards } from "./discards.ts";
import { eraseSurvey, surveysOf } from "./erase-surveys.ts";
import { sql } from "../kysely.ts";
import { isOf } from "../ownership.ts";
import { isOfServer } from "../server-jobs.ts";
import { INSTALLATION } from "../setting-repository.ts";
import type { Schema } from "../schema.ts";

const TABLES = ["jobs", "styles", "rounds", "comparisons", "learnings", "surveys", "settings", "blocks"] as const;

/** Servers of the bot's of which something is kept, of those that a process looks after. */
export async function knownServers(db: Kysely<Schema>, shard: Shard): Promise<readonly string[]> {
  const known = new Set<string>();
  for (const table of TABLES) {
    // Settings of the whole installation stand among those of servers.
    const ids = sql`select distinct nullif(guild_id, ${INSTALLATION}) as id from ${sql.table(table)}
      where ${table === "jobs" ? sql`outside = 0` : sql`1 = 1`}`;
    const { rows } = await sql<{ id: string }>`select id from (${ids}) as ids
      where id is not null and ${isOf(shard, "id")}`.execute(db);
    for (const { id } of rows) known.add(id);
  }
  return [...known];
}

/** Erases everything of a server in which nothing is under way; files are noted to be discarded. @param breathe called between jobs */
export async function eraseServer(db: Kysely<Schema>, guildId: string, breathe: () => Promise<void>): Promise<void> {
  for (const comparison of await db.selectFrom("comparisons").selectAll().where("guild_id", "=", guildId).execute()) {
    const { id, content_sha256: content, style_sha256: style } = comparison;
    await noteDiscards(db, "picture", [content, style]);
    await db.deleteFrom("comparison_jobs").where("comparison_id", "=", id).execute();
    await db.deleteFrom("comparisons").where("id", "=", id).execute();
  }
  for (const { id } of await db.selectFrom("rounds").select("id").where("guild_id", "=", guildId).execute()) {
    await db.transaction().execute((transaction) => eraseRound(transaction, id));
    await breathe();
  }
  for (const { id } of await db.selectFrom("jobs").select("id").where(isOfServer(guildId)).execute()) {
    await eraseJob(db, id);
    await breathe();
  }
  for (const id of await surveysOf(db, guildId)) {
    await eraseSurvey(db, id);
    await breathe();
  }
  const here = sql<boolean>`guild_id = ${guildId}`;
  await eraseLibrary(db, { styles: here, learnings: here });
  await db.deleteFrom("open_replies").where("guild_id", "=", guildId).execute();
  await db.deleteFrom("blocks").where("guild_id", "=", guildId).execute();
  await db.deleteFrom("settings").where("guild_id", "=", guildId).execute();
}
