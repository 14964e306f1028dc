/** What the two databases say differently, in one place. */
import type { Kysely, RawBuilder } from "kysely";

import { PostgresAdapter, sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";

export const isPostgres = (db: Kysely<Schema>): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** Bytes as a value whose type no column says. */
export const bytes = (db: Kysely<Schema>, value: Buffer): RawBuilder<Buffer> =>
  isPostgres(db) ? sql`${value}::bytea` : sql`${value}`;

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
