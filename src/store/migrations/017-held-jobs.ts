/** Jobs that each worker has, by its own word: what a queue's server forgets is not lost while somebody works on it. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const heldJobs: Migration = {
  name: "017-held-jobs",
  async up(db) {
    await sql`alter table workers add column jobs text not null default '[]'`.execute(db);
  },
};
