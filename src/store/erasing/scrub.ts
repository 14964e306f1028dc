/** Sees to it that what was deleted is gone from the database's own files. */
import type { Kysely } from "kysely";

import { isPostgres } from "../dialect.ts";
import { sql } from "../kysely.ts";
import { TABLES } from "../move.ts";
import type { Schema } from "../schema.ts";

/**
 * SQLite overwrites what it deletes (`secure_delete`); what the write-ahead log still holds goes with it. PostgreSQL
 * gives the rows' places free for others (`VACUUM`); until those come, and until its own log is recycled, traces stay,
 * which `VACUUM FULL` by the owner takes out of the tables.
 */
export async function scrub(db: Kysely<Schema>): Promise<void> {
  if (!isPostgres(db)) await sql`pragma wal_checkpoint(truncate)`.execute(db);
  else for (const table of TABLES) await sql`vacuum ${sql.table(table)}`.execute(db);
}
