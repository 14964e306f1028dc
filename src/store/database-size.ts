/** What a database takes of a disk. */
import type { Kysely } from "kysely";

import { isPostgres } from "./dialect.ts";
import { sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";

/** Bytes; of a SQLite file without what its write-ahead log has not brought into it yet. */
export async function databaseBytes(db: Kysely<Schema>): Promise<number> {
  const size = isPostgres(db)
    ? sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`
    : sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`;
  return (await size.execute(db)).rows[0]!.bytes;
}
