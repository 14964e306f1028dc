/** What was erased, for all processes to hear of: hashes of names, which say nothing of what they were. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const erasedMarks: Migration = {
  name: "020-erased-marks",
  async up(db) {
    await sql`create table erased_marks (
      id bigint primary key,
      mark text not null,
      whole integer not null,
      at bigint not null
    )`.execute(db);
    await sql`create index erased_marks_by_mark on erased_marks (mark)`.execute(db);
  },
};
