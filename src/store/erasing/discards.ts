/**
 * What is to be taken out of files, as rows: written in the transaction that erases what referred to it, and gone when it
 * is done. So a process that is killed between the two leaves to the next what it did not come to.
 */
import type { Kysely } from "kysely";

import type { DiscardTable, Schema } from "../schema.ts";

/** What one is of: a picture, token or state by its hash; what processes have of a learning or of a job by its id. */
export type DiscardKind = DiscardTable["kind"];

/** Rows of one statement, at most. */
const BATCH = 500;

export async function noteDiscards(db: Kysely<Schema>, kind: DiscardKind, names: Iterable<string>): Promise<void> {
  const rows = [...new Set(names)].map((name) => ({ name, kind }));
  for (let n = 0; n < rows.length; n += BATCH)
    await db
      .insertInto("discards")
      .values(rows.slice(n, n + BATCH))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}

export const openDiscards = (db: Kysely<Schema>): Promise<readonly DiscardTable[]> =>
  db.selectFrom("discards").selectAll().execute();

export async function noteDiscarded(db: Kysely<Schema>, kind: DiscardKind, names: readonly string[]): Promise<void> {
  for (let n = 0; n < names.length; n += BATCH)
    await db
      .deleteFrom("discards")
      .where("kind", "=", kind)
      .where("name", "in", names.slice(n, n + BATCH))
      .execute();
}
