/** Runs PostgreSQL's own programs for dumps. */
import { spawn } from "node:child_process";

import { UserError } from "../../errors.ts";
import { openPostgres } from "../postgres-database.ts";
import { sql } from "../kysely.ts";
import { TABLES } from "../move.ts";

/** Beside Atelier's tables. What a queue keeps in the same database is made again from the jobs. */
const VERSION_TABLE = "schema_version";

/** @returns the version of the database. @throws UserError `database-…`, `postgres-program` */
export async function dumpPostgres(url: string, target: string): Promise<number> {
  const db = await openPostgres(url, { asIs: true });
  try {
    const { rows } = await sql<{ version: number }>`select version from schema_version`.execute(db);
    const tables = [...TABLES, VERSION_TABLE].map((table) => `--table=public.${table}`);
    await run("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", ...tables, `--file=${target}`]);
    return rows[0]?.version ?? 0;
  } finally {
    await db.destroy();
  }
}

/** All of the dump, or nothing. @throws UserError `database-not-empty`, `postgres-program` */
export async function restorePostgres(url: string, file: string): Promise<void> {
  const db = await openPostgres(url, { asIs: true });
  try {
    const { rows } =
      await sql`select 1 from pg_tables where schemaname = 'public' and tablename = ${VERSION_TABLE}`.execute(db);
    if (rows.length > 0)
      throw new UserError(
        "database-not-empty",
        "There is something in the database at DATABASE_URL already. Nothing was restored: make a new, empty one.",
      );
  } finally {
    await db.destroy();
  }
  await run("pg_restore", url, ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", file]);
}

/** The address goes by the environment: everybody on a machine sees the arguments of its programs. */
async function run(program: string, url: string, words: readonly string[]): Promise<void> {
  const address = new URL(url);
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(address.password), PGCONNECT_TIMEOUT: "10" };
  address.password = "";
  let said = "";
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, [`--dbname=${address.href}`, ...words], { env, stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (data: Buffer) => (said = `${said}${data.toString()}`.slice(0, 2000)));
    child.on("error", reject).on("close", resolve);
  }).catch((cause: unknown) => {
    throw new UserError(
      "postgres-program",
      `The program ${program} is not there. Install PostgreSQL's client programs (on Debian: postgresql-client).`,
      { cause },
    );
  });
  if (code === 0) return;
  const why = said.trim().split("\n")[0] ?? "";
  throw new UserError("postgres-program", `The program ${program} failed (${why}). It has to be as new as the server.`);
}
