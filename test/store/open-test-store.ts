/** Opens a store for a test: in SQLite, or in PostgreSQL where the suite runs over that (`npm run test:remote`). */
import { createHash } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

import type { Shard } from "../../src/shard.ts";
import { openStore, type Store } from "../../src/store/store.ts";

/** The server that is to be used in place of a file; `null`: none. */
const server = (inject("postgres") as string | null | undefined) ?? null;

/** What is said of a file has no sense there. */
export const onPostgres = server !== null;

/** The database of a test's folder, made when it is first asked for. */
async function databaseOf(folder: string): Promise<string> {
  const url = new URL(server!);
  const name = `t${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  const client = new pg.Client({ connectionString: server! });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  url.pathname = `/${name}`;
  return url.href;
}

/** The same folder, the same store; of all servers, unless it is a shard's. */
export const openTestStore = async (folder: string, shard?: Shard): Promise<Store> =>
  openStore(folder, server === null ? undefined : await databaseOf(folder), { ...(shard && { shard }) });
