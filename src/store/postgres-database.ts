/** Opens the database of an installation of several machines: connections, versions, and words for what can go wrong. */
import type { Kysely as Queries, PostgresPool, PostgresPoolClient } from "kysely";
import pg from "pg";

import { brokenLine, messageOf, UserError } from "../errors.ts";
import { Kysely, PostgresDialect, sql } from "./kysely.ts";
import { MIGRATIONS, VERSION } from "./migrations/index.ts";
import { BASELINE, baseline } from "./migrations/postgres-baseline.ts";
import type { Schema } from "./schema.ts";

/** Connections of one process, at most. A server takes 100 by default. */
const CONNECTIONS = 3;
const CONNECT_MS = 10_000;
/** A server that does not answer a statement for so long is not waited for, milliseconds: the network may eat all it says. */
const ANSWER_MS = 15_000;
/** Cleaning a table takes as long as it is large. */
const VACUUM = /^vacuum /;
const VACUUM_MS = 600_000;
/** What a process that is not heard of any more has locked is free again after so long, milliseconds. */
const ABANDONED_MS = 30_000;
/** PostgreSQL's number of the oldest version that is tested against. */
const OLDEST_SERVER = 130_000;
/** What migrations are made under, so that two processes that start at once make them once. Any number of our own. */
const MIGRATION_LOCK = 7_271_828;

/** Numbers of 64 bits are counts and Unix milliseconds here, which numbers hold. */
const TYPES = new pg.TypeOverrides();
TYPES.setTypeParser(pg.types.builtins.INT8, Number);

/** Codes of faults that pass by themselves, or that somebody can put right while the bot runs. */
const PASSING = /^(08...|40001|40P01|53...|55P03|57P0[1-3]|25006)$/;
/** What the driver says without a code. */
const GONE = /connection terminated|timeout exceeded when trying to connect|query read timeout/i;

const UNANSWERED = /query read timeout/i;

/** The server is away, full or busy for the moment. */
class DatabaseAway extends Error {
  readonly code = "DATABASE_AWAY";
  constructor(cause: unknown) {
    super(`The database does not answer as it should (${messageOf(cause)})`, { cause });
  }
}

export interface PostgresOptions {
  /** Connections, at most. */
  readonly connections?: number;
  /** Bring an older schema to this program's; without it an older one is refused. */
  readonly migrate?: boolean;
  /** Take the tables as they are, of whatever version, and make none. */
  readonly asIs?: boolean;
  /** How long an answer is waited for, milliseconds; making tables, and what is opened to make them, may take longer. */
  readonly answerMs?: number;
}

/**
 * Opens the database at `url`, and makes its tables where there are none.
 *
 * @param url `postgres://user:password@host:port/name`
 * @throws UserError `database-unreachable`, `database-refused`, `database-too-old`, `database-older` or
 * `database-newer`, with what to do
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Queries<Schema>> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections ?? CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    types: TYPES,
    keepAlive: true,
    idle_in_transaction_session_timeout: ABANDONED_MS,
    application_name: "atelier",
  });
  // Of a connection that nobody uses; whoever takes the next one hears of it.
  pool.on("error", () => undefined);
  const { answerMs = ANSWER_MS } = options;
  const patience: Patience = { answerMs };
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: sayingWhatPasses(pool, patience) }) });
  try {
    await checkServer(db);
    // Making tables, and copying them, take as long as they are large.
    patience.answerMs = null;
    if (!options.asIs) await prepare(db, options.migrate ?? false);
    if (!options.asIs && !options.migrate) patience.answerMs = answerMs;
    return db;
  } catch (cause) {
    await db.destroy();
    throw cause instanceof UserError ? cause : explain(url, cause);
  }
}

/** How long a statement's answer is waited for, milliseconds; `null`: without end. */
interface Patience {
  answerMs: number | null;
}

/** Tells faults that pass from those that are mistakes of ours. */
function sayingWhatPasses(pool: pg.Pool, patience: Patience): PostgresPool {
  const known = (error: unknown): unknown => (mayPass(error) ? new DatabaseAway(error) : error);
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw known(error);
    }
  };
  return {
    end: () => pool.end(),
    connect: () =>
      told(async () => {
        const client = await pool.connect();
        let broken: Error | null = null;
        // A connection that breaks while it is held says so here, or ends the process.
        const onError = (error: Error): void => void (broken = error);
        client.on("error", onError);
        const ask = async (text: string, parameters?: readonly unknown[]): Promise<unknown> => {
          // What an answer that never came belongs to stands before everything that is asked after it.
          if (broken) throw broken;
          const answerMs = VACUUM.test(text) ? VACUUM_MS : patience.answerMs;
          const query = {
            text,
            values: parameters as unknown[],
            ...(answerMs !== null && { query_timeout: answerMs }),
          };
          try {
            return await client.query(query);
          } catch (error) {
            if (error instanceof Error && UNANSWERED.test(error.message)) broken = error;
            throw error;
          }
        };
        return {
          query: (text: string, parameters?: readonly unknown[]) => told(() => ask(text, parameters)),
          release: () => {
            client.off("error", onError);
            client.release(broken ?? undefined);
          },
        } as unknown as PostgresPoolClient;
      }),
  };
}

function mayPass(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return PASSING.test(code) || brokenLine(error) !== null || (code === "" && GONE.test(messageOf(error)));
}

async function checkServer(db: Queries<Schema>): Promise<void> {
  const { rows } = await sql<{ version: string; number: string }>`
    select current_setting('server_version') as version, current_setting('server_version_num') as number`.execute(db);
  const { version, number } = rows[0]!;
  if (Number(number) < OLDEST_SERVER)
    throw new UserError(
      "database-too-old",
      `The PostgreSQL server is of version ${version}. Atelier needs ${OLDEST_SERVER / 10_000} or newer: update the server.`,
    );
}

async function prepare(db: Queries<Schema>, migrate: boolean): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(transaction);
    await sql`create table if not exists schema_version (version integer not null)`.execute(transaction);
    const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(transaction);
    const version = rows[0]?.version ?? 0;
    if (version === VERSION) return;
    if (version > VERSION)
      throw new UserError(
        "database-newer",
        `The database was brought to version ${version} by a newer Atelier; this one knows ${VERSION}. ` +
          "Update Atelier on this machine.",
      );
    if (version > 0 && !migrate)
      throw new UserError(
        "database-older",
        `The database is of version ${version}, this Atelier needs ${VERSION}. ` +
          "Make a backup, then run: atelier migrate",
      );
    if (version === 0) await baseline(transaction as never);
    for (const migration of MIGRATIONS.slice(Math.max(version, BASELINE))) await migration.up(transaction as never);
    await sql`delete from schema_version`.execute(transaction);
    await sql`insert into schema_version (version) values (${VERSION})`.execute(transaction);
  });
}

/** Never shows the address whole: a password may stand in it. */
function explain(url: string, cause: unknown): UserError {
  const where = placeOf(url);
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (cause instanceof DatabaseAway)
    return new UserError(
      "database-unreachable",
      `No PostgreSQL server answers at ${where} (${messageOf(cause.cause)}). ` +
        "Check DATABASE_URL, that the server runs, and that it lets this machine in.",
      { cause },
    );
  return new UserError(
    "database-refused",
    `The PostgreSQL server at ${where} refuses (${messageOf(cause)}). ` +
      (code === "3D000"
        ? "Make the database first: createdb with this name."
        : "Check user, password and database in DATABASE_URL, and that the user may make tables there."),
    { cause },
  );
}

function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host === "" ? "this machine" : host}, database "${decodeURIComponent(pathname.slice(1))}"`;
  } catch {
    return "the address in DATABASE_URL";
  }
}
