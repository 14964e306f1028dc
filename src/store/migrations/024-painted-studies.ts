/** Studies whose pictures the server itself has painted: what is still to be painted, and by which job. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  // 1: of whoever began it; they go with them.
  sql`alter table surveys add column made integer not null default 0`,
  // 1: people are invited when its pictures are there.
  sql`alter table surveys add column painting integer not null default 0`,
  sql`create table survey_jobs (
    survey_id text not null,
    number integer not null,
    variant text not null,
    job_id text,
    failure text,
    primary key (survey_id, number, variant),
    foreign key (survey_id, number) references survey_pairs (survey_id, number)
  )`,
];

export const paintedStudies: Migration = {
  name: "024-painted-studies",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
