/** What the two databases say differently, in one place. */
import type { Kysely, RawBuilder } from "kysely";

import { PostgresAdapter, sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";

export const isPostgres = (db: Kysely<Schema>): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** Bytes as a value whose type no column says. */
export const bytes = (db: Kysely<Schema>, value: Buffer): RawBuilder<Buffer> =>
  isPostgres(db) ? sql`${value}::bytea` : sql`${value}`;

/** The type of a column for Unix milliseconds, in a table of the first migrations, whose types SQLite minds. */
export const timeType = (db: Kysely<Schema>): RawBuilder<unknown> => (isPostgres(db) ? sql`bigint` : sql`integer`);

/** Unix milliseconds, by the database's clock. */
export const now = (db: Kysely<Schema>): RawBuilder<number> =>
  isPostgres(db)
    ? sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;

/** A value within JSON that a column holds as text, as text; `null` where there is none. */
export const jsonText = (db: Kysely<Schema>, column: string, key: string): RawBuilder<string | null> =>
  isPostgres(db)
    ? sql<string | null>`cast(${sql.ref(column)} as json) ->> ${sql.lit(key)}`
    : sql<string | null>`${sql.ref(column)} ->> ${sql.lit(key)}`;

/** Lets one transaction at a time past, for each kind and name, until it ends. SQLite lets one at a time anyway. */
export async function lockForTransaction(transaction: Kysely<Schema>, kind: number, name: string): Promise<void> {
  if (isPostgres(transaction)) await sql`select pg_advisory_xact_lock(${kind}, hashtext(${name}))`.execute(transaction);
}

/** Whether a database refused to delete a row for the sake of rows that refer to it. */
export const isReferredTo = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "SQLITE_CONSTRAINT_FOREIGNKEY" || error.code === "23503" || error.code === "23001");

/** Whether a database refused a row for the sake of another with the same key. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "SQLITE_CONSTRAINT_UNIQUE" || error.code === "23505");

/** The numbers of a blob, whichever way the driver gives its bytes. */
export const floats = (blob: ArrayBuffer | Uint8Array): Float32Array =>
  new Float32Array(blob instanceof ArrayBuffer ? blob : Uint8Array.from(blob).buffer);
