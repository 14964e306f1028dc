/** Several machines: the workers that are there, and the fair order's clock, which all bots read. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const UNSETTLED = sql`state in ('queued', 'captioning', 'stylizing')`;

const STATEMENTS = [
  sql`create table workers (
    name text primary key,
    protocol integer not null,
    capabilities text not null,
    info text not null,
    concurrency integer not null,
    busy integer not null,
    seen_at bigint not null
  )`,
  // One row, made by whoever needs it first.
  sql`create table fleet (
    id integer primary key check (id = 1),
    turn double precision,
    base double precision not null default 0,
    protocol integer
  )`,
  sql`create index jobs_by_turn on jobs (user_id, turn)`,
  sql`create index jobs_unsettled_by_user on jobs (user_id) where ${UNSETTLED}`,
  sql`create index jobs_unsettled_by_guild on jobs (guild_id) where ${UNSETTLED}`,
];

export const fleet: Migration = {
  name: "010-fleet",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
