/**
 * Counts what is changed by hand (`atelier jobs`), in a row that a bot which runs looks at every other second: cheaper than
 * to look at its jobs, and the same in every database.
 */
import type { Kysely } from "kysely";

import { sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";
import { INSTALLATION } from "./setting-repository.ts";

const PLACE = { guild_id: INSTALLATION, key: "jobs-changed-by-hand" };

/** Call in the transaction that makes the change. */
export async function countHandChange(db: Kysely<Schema>): Promise<void> {
  await db
    .insertInto("settings")
    .values({ ...PLACE, value: "1" })
    .onConflict((conflict) =>
      conflict
        .columns(["guild_id", "key"])
        .doUpdateSet({ value: sql<string>`cast(cast(settings.value as integer) + 1 as text)` }),
    )
    .execute();
}

/** How many there have been. */
export async function handChanges(db: Kysely<Schema>): Promise<number> {
  const { guild_id, key } = PLACE;
  const row = await db
    .selectFrom("settings")
    .select("value")
    .where("guild_id", "=", guild_id)
    .where("key", "=", key)
    .executeTakeFirst();
  return Number(row?.value ?? 0);
}
