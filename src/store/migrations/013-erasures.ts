/** What was erased and is to be; results whose job is gone keep the ballots that were decided. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  // As before, but for the job, which need not be there any more.
  sql`create table judged (
    message_id text primary key,
    round_id text not null references rounds (id),
    job_id text not null,
    variant text not null,
    engine text not null,
    letter text,
    requester_id text not null,
    posted_at bigint not null,
    deleted_at bigint
  )`,
  sql`insert into judged select message_id, round_id, job_id, variant, engine, letter, requester_id, posted_at, deleted_at
    from candidates`,
  sql`drop table candidates`,
  sql`alter table judged rename to candidates`,
  sql`create index candidates_by_round on candidates (round_id)`,
  sql`create index candidates_by_job on candidates (job_id)`,
  sql`create index candidates_by_requester on candidates (requester_id)`,
  sql`create index medal_changes_by_voter on medal_changes (voter_id)`,
  sql`create index jobs_by_settled_at on jobs (settled_at)`,
  sql`create index if not exists comparison_jobs_by_job on comparison_jobs (job_id)`,
  sql`create index surfaces_by_channel on surfaces (channel_id)`,
  sql`create table erasures (
    id text primary key,
    subject text not null,
    salt text not null,
    guild_id text,
    asked_at bigint not null,
    user_id text,
    messages text not null,
    done_at bigint
  )`,
];

export const erasures: Migration = {
  name: "013-erasures",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
