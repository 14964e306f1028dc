/** Rows that a process may take up: those of its own servers. */
import type { RawBuilder, SqlBool } from "kysely";

import type { Shard } from "../shard.ts";
import { sql } from "./kysely.ts";

/**
 * Whether the server in a column is one of the shard's, as Discord divides them: by the time in its id. What is of no
 * server is the first one's.
 *
 * @param column that holds the server's id, or null
 */
export const isOf = ({ id, count }: Shard, column: string): RawBuilder<SqlBool> =>
  count === 1 ? sql`1 = 1` : sql`coalesce((cast(${sql.ref(column)} as bigint) >> 22) % ${count}, 0) = ${id}`;
