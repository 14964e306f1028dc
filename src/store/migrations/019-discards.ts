/** What is to be taken out of files, noted with the rows that go; and when somebody last came with a picture. */
import { timeType } from "../dialect.ts";
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const discards: Migration = {
  name: "019-discards",
  async up(db) {
    await sql`create table discards (
      name text not null,
      kind text not null,
      primary key (name, kind)
    )`.execute(db);
    await sql`alter table pictures add column touched_at ${timeType(db)} not null default 0`.execute(db);
  },
};
