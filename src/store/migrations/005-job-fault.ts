/** What an earlier attempt at a job met with. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const jobFault: Migration = {
  name: "005-job-fault",
  async up(db) {
    await sql`alter table jobs add column last_fault text`.execute(db);
  },
};
