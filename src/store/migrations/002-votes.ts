/** Rounds of results that are judged, every medal put or taken, blind comparisons. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`create table rounds (
    id text primary key,
    blind integer not null,
    guild_id text not null,
    channel_id text not null,
    content_sha256 text not null references pictures (sha256),
    style_sha256 text not null references pictures (sha256),
    closes_at integer not null,
    closed_at integer
  ) strict`,
  sql`create index rounds_by_place on rounds (channel_id, content_sha256, style_sha256)`,
  sql`create index rounds_by_guild on rounds (guild_id)`,
  sql`create table candidates (
    message_id text primary key,
    round_id text not null references rounds (id),
    job_id text not null references jobs (id),
    variant text not null,
    engine text not null,
    letter text,
    requester_id text not null,
    posted_at integer not null,
    deleted_at integer
  ) strict`,
  sql`create index candidates_by_round on candidates (round_id)`,
  sql`create index candidates_by_job on candidates (job_id)`,
  sql`create table medal_changes (
    id integer primary key autoincrement,
    round_id text not null references rounds (id),
    guild_id text not null,
    channel_id text not null,
    message_id text not null,
    job_id text not null,
    content_sha256 text not null,
    style_sha256 text not null,
    voter_id text not null,
    account_at integer not null,
    roles text,
    place integer not null check (place in (1, 2, 3)),
    change text not null check (change in ('put', 'taken')),
    at integer not null
  ) strict`,
  sql`create index medal_changes_by_round on medal_changes (round_id, voter_id)`,
  sql`create table comparisons (
    id text primary key,
    state text not null check (state in ('painting', 'open', 'closing', 'closed', 'cancelled', 'failed')),
    guild_id text not null,
    channel_id text not null,
    user_id text not null,
    content_sha256 text not null references pictures (sha256),
    style_sha256 text not null references pictures (sha256),
    hours real not null,
    card_message_id text not null,
    sheet_message_id text,
    created_at integer not null,
    closes_at integer
  ) strict`,
  sql`create index comparisons_by_state on comparisons (state)`,
  sql`create table comparison_jobs (
    comparison_id text not null references comparisons (id),
    job_id text not null references jobs (id),
    letter text not null,
    primary key (comparison_id, letter)
  ) strict, without rowid`,
];

export const votes: Migration = {
  name: "002-votes",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
