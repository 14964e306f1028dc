/** Moves everything that a database holds into another, empty one of the same version. */
import type { Kysely } from "kysely";

import { UserError } from "../errors.ts";
import { sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";

/** All of Atelier's tables, each after those it refers to. */
export const TABLES = Object.keys({
  pictures: true,
  jobs: true,
  captions: true,
  surfaces: true,
  settings: true,
  rounds: true,
  candidates: true,
  medal_changes: true,
  comparisons: true,
  comparison_jobs: true,
  styles: true,
  style_vectors: true,
  learnings: true,
  open_replies: true,
  workers: true,
  fleet: true,
  learning_states: true,
  safety_verdicts: true,
  erasures: true,
  blocks: true,
  surveys: true,
  survey_pairs: true,
  survey_pictures: true,
  survey_jobs: true,
  survey_showings: true,
  discards: true,
  erased_marks: true,
} satisfies Record<keyof Schema, true>) as (keyof Schema)[];

/** Values of one statement, at most: PostgreSQL takes 65,535. */
const VALUES = 20_000;

/**
 * Copies all rows, in one transaction: all are there afterwards, or none.
 *
 * @param to PostgreSQL, with its tables made
 * @param onTable told how many rows a table had, when it is done
 * @throws UserError `database-not-empty`
 */
export async function moveStore(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  onTable: (table: string, rows: number) => void,
): Promise<void> {
  await to.transaction().execute(async (transaction) => {
    for (const table of TABLES) {
      const known = await transaction
        .selectFrom(table)
        .select(sql`1`.as("one"))
        .limit(1)
        .executeTakeFirst();
      if (known)
        throw new UserError(
          "database-not-empty",
          `There is something in the table ${table} already. Nothing was moved: make a new, empty database.`,
        );
    }
    for (const table of TABLES) {
      const rows = (await from.selectFrom(table).selectAll().execute()) as Record<string, unknown>[];
      const step = Math.max(1, Math.floor(VALUES / Math.max(1, Object.keys(rows[0] ?? {}).length)));
      for (let n = 0; n < rows.length; n += step)
        await transaction
          .insertInto(table)
          .values(rows.slice(n, n + step).map(asWritten) as never)
          .execute();
      onTable(table, rows.length);
    }
    // New changes are numbered after those that came along.
    await sql`select setval(pg_get_serial_sequence('medal_changes', 'id'),
      (select coalesce(max(id), 0) + 1 from medal_changes), false)`.execute(transaction);
  });
}

const asWritten = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof ArrayBuffer ? Buffer.from(value) : value]),
  );
