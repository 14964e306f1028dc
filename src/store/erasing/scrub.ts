/** Sees to it that what was deleted is gone from the database's own files. */
import { setTimeout as sleep } from "node:timers/promises";

import type { Kysely } from "kysely";

import { isPostgres } from "../dialect.ts";
import { sql } from "../kysely.ts";
import { TABLES } from "../move.ts";
import type { Schema } from "../schema.ts";

/** Others look something up in passing; whoever reads for longer (a backup) is not waited for. */
const TRIES = 20;
const PAUSE_MS = 50;
/** How long a table is waited for that somebody has locked. */
const LOCK_MS = 5000;

/** Somebody reads the database as it was before. */
class ScrubBusyError extends Error {
  override readonly name = "ScrubBusyError";
  readonly code = "SQLITE_BUSY";
}

/**
 * SQLite overwrites what it deletes (`secure_delete`); what the write-ahead log still holds goes with it. PostgreSQL
 * gives the rows' places free for others (`VACUUM`); until those come, and until its own log is recycled, traces stay,
 * which `VACUUM FULL` by the owner takes out of the tables.
 *
 * @throws what kept it from being done, perhaps of one table: whatever could be done is done
 */
export const scrub = (db: Kysely<Schema>): Promise<void> => (isPostgres(db) ? vacuum(db) : emptyLog(db));

async function emptyLog(db: Kysely<Schema>): Promise<void> {
  for (let n = 1; !(await checkpoint(db)); n++) {
    if (n === TRIES) throw new ScrubBusyError("somebody reads the database as it was before");
    await sleep(PAUSE_MS);
  }
}

/** @returns `false` while somebody is in the way; that is not waited for here, as it would hold up the whole process */
const checkpoint = (db: Kysely<Schema>): Promise<boolean> =>
  db.connection().execute(async (connection) => {
    const { rows: before } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(connection);
    await sql`pragma busy_timeout = 0`.execute(connection);
    try {
      const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(connection);
      return rows[0]?.busy === 0;
    } finally {
      await sql`pragma busy_timeout = ${sql.raw(String(before[0]!.timeout))}`.execute(connection);
    }
  });

/** Each table by itself: one that cannot be had keeps none of the others. */
const vacuum = (db: Kysely<Schema>): Promise<void> =>
  db.connection().execute(async (connection) => {
    const faults: unknown[] = [];
    await sql`set lock_timeout = ${sql.raw(String(LOCK_MS))}`.execute(connection);
    for (const table of TABLES)
      await sql`vacuum ${sql.table(table)}`.execute(connection).catch((error: unknown) => faults.push(error));
    await sql`reset lock_timeout`.execute(connection).catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw faults[0];
  });
