/** What safety checkers said of pictures, in the database. */
import type { Kysely } from "kysely";

import type { SafetyVerdictRepository } from "../jobs/picture-safety.ts";
import { sql } from "./kysely.ts";
import type { Schema } from "./schema.ts";

export function createSafetyVerdictRepository(db: Kysely<Schema>): SafetyVerdictRepository {
  return {
    async find(sha256, checker) {
      const row = await db
        .selectFrom("safety_verdicts")
        .select("unsafe")
        .where("picture_sha256", "=", sha256)
        .where("checker", "=", checker)
        .executeTakeFirst();
      return row ? row.unsafe === 1 : null;
    },

    async save(sha256, checker, unsafe) {
      // One statement: the picture may be forgotten while it is looked at.
      await sql`insert into safety_verdicts (picture_sha256, checker, unsafe)
        select ${sha256}, ${checker}, cast(${unsafe ? 1 : 0} as integer) where exists (select 1 from pictures where sha256 = ${sha256})
        on conflict do nothing`.execute(db);
    },
  };
}
