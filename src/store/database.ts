/** Opens the SQLite file: pragmas, migrations, and words for what can go wrong. */
import { mkdirSync } from "node:fs";
import path from "node:path";

import type { Kysely as Queries, SqliteDatabase } from "kysely";
import Database from "libsql";

import { messageOf, UserError } from "../errors.ts";
import { Kysely, sql, SqliteDialect } from "./kysely.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Migration } from "./migrations/migration.ts";
import type { Schema } from "./schema.ts";

type Connection = InstanceType<typeof Database>;

/** How long a statement waits for another process that writes, milliseconds. */
const BUSY_TIMEOUT = 5000;

export interface DatabaseOptions {
  /** `false`: one that is not of this program's version is refused, as a bot of another one may be working on it. */
  readonly migrate?: boolean;
}

/**
 * Opens (or makes) the database at `file` and brings it to the newest version: WAL, foreign keys enforced.
 *
 * @throws UserError `database-corrupt`, `database-newer`, `database-older` or `database-unusable`, with what to do
 */
export async function openDatabase(
  file: string,
  migrations: readonly Migration[] = MIGRATIONS,
  { migrate: mayMigrate = true }: DatabaseOptions = {},
): Promise<Queries<Schema>> {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
  } catch (cause) {
    throw unusable(file, cause);
  }
  let connection: Connection | undefined;
  try {
    connection = new Database(file, { timeout: BUSY_TIMEOUT });
    connection.pragma("journal_mode = WAL");
    connection.pragma("synchronous = NORMAL");
    connection.pragma("foreign_keys = ON");
    // What is deleted is overwritten: people were told that it is gone.
    connection.pragma("secure_delete = ON");
    checkWhole(connection, file);
  } catch (cause) {
    connection?.close();
    throw cause instanceof UserError ? cause : explain(file, cause);
  }
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: withCalmRollback(connection) }) });
  try {
    await migrate(db, file, migrations, mayMigrate);
  } catch (cause) {
    await db.destroy();
    throw cause instanceof UserError ? cause : explain(file, cause);
  }
  return db;
}

/**
 * When the disk is full, SQLite rolls a transaction back by itself; Kysely's own `rollback` would then fail and hide
 * what happened.
 */
function withCalmRollback(connection: Connection): SqliteDatabase {
  const nothing = {
    reader: false,
    all: () => [],
    run: () => ({ changes: 0, lastInsertRowid: 0 }),
    iterate: () => [].values(),
  };
  return {
    close: () => connection.close(),
    prepare: (text) =>
      text === "rollback" && !connection.inTransaction ? nothing : (connection.prepare(text) as never),
  };
}

/** A damaged page is found now, not in the middle of somebody's job. */
function checkWhole(connection: Connection, file: string): void {
  const rows = connection.pragma("quick_check(1)") as readonly { readonly quick_check: string }[];
  const verdict = rows[0]?.quick_check;
  if (verdict !== "ok") throw corrupt(file, new Error(verdict ?? "no answer to quick_check"));
}

async function migrate(
  db: Queries<Schema>,
  file: string,
  migrations: readonly Migration[],
  mayMigrate: boolean,
): Promise<void> {
  const grew = await db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(transaction);
    const version = rows[0]?.user_version ?? 0;
    if (version > migrations.length) {
      throw new UserError(
        "database-newer",
        `The database ${file} was written by a newer Atelier (version ${version}; this one knows ${migrations.length}). ` +
          "Update Atelier, or point DATA_DIR at another folder.",
      );
    }
    if (version < migrations.length && !mayMigrate) {
      throw new UserError(
        "database-older",
        `The database ${file} is of version ${version}, this Atelier needs ${migrations.length}. ` +
          "The bot brings it there when it starts: restart it with this Atelier first.",
      );
    }
    for (const migration of migrations.slice(version)) await migration.up(transaction as never);
    if (version < migrations.length) {
      await sql`pragma user_version = ${sql.raw(String(migrations.length))}`.execute(transaction);
    }
    return version > 0 && version < migrations.length;
  });
  // Programs before this one left what they deleted in free pages.
  if (grew) await sql`vacuum`.execute(db);
}

const CORRUPT_CODES = new Set(["SQLITE_NOTADB", "SQLITE_CORRUPT"]);

function explain(file: string, cause: unknown): UserError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return CORRUPT_CODES.has(code) || /malformed|not a database/.test(messageOf(cause))
    ? corrupt(file, cause)
    : unusable(file, cause);
}

const corrupt = (file: string, cause: unknown): UserError =>
  new UserError(
    "database-corrupt",
    `The database ${file} is damaged (${messageOf(cause)}). ` +
      "Restore a backup into a new DATA_DIR (atelier data restore FILE), or move the file away to start with an empty " +
      "one; pictures are kept in files and stay.",
    { cause },
  );

const unusable = (file: string, cause: unknown): UserError =>
  new UserError(
    "database-unusable",
    `The database ${file} cannot be opened (${messageOf(cause)}). ` +
      "Check that DATA_DIR is a folder on a local disk that this process may write to.",
    { cause },
  );
