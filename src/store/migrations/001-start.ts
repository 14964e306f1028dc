/** Pictures, jobs, captions, where a job is shown, settings of a server. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`create table pictures (
    sha256 text primary key,
    width integer not null,
    height integer not null,
    face_prominent integer,
    faces text,
    face_source text check (face_source in ('detector', 'moderator'))
  ) strict`,
  sql`create table jobs (
    id text primary key,
    state text not null check (state in ('queued', 'captioning', 'stylizing', 'done', 'failed', 'cancelled')),
    user_id text not null,
    guild_id text,
    content_sha256 text not null references pictures (sha256),
    style_sha256 text not null references pictures (sha256),
    parent_id text,
    request text not null,
    turn real not null,
    attempts integer not null,
    variant text,
    variant_reason text,
    description text,
    describer text,
    result text,
    result_sha256 text references pictures (sha256),
    failure text,
    created_at integer not null,
    started_at integer,
    settled_at integer
  ) strict`,
  sql`create index jobs_by_state on jobs (state, turn, id)`,
  sql`create index jobs_by_user on jobs (user_id, id)`,
  sql`create index jobs_by_guild on jobs (guild_id, id)`,
  sql`create index jobs_by_pair on jobs (content_sha256, style_sha256)`,
  sql`create table captions (
    style_sha256 text not null references pictures (sha256),
    describer text not null,
    prompt_hash text not null,
    text text not null,
    created_at integer not null,
    primary key (style_sha256, describer, prompt_hash)
  ) strict, without rowid`,
  sql`create table surfaces (
    job_id text primary key references jobs (id) on delete cascade,
    guild_id text,
    channel_id text not null,
    card_message_id text,
    thread_id text,
    description_message_id text,
    progress_message_id text,
    result_message_id text,
    flags text not null default '[]',
    finished integer not null default 0
  ) strict`,
  sql`create index surfaces_by_result on surfaces (result_message_id)`,
  sql`create index surfaces_by_thread on surfaces (thread_id)`,
  sql`create index surfaces_by_finished on surfaces (finished)`,
  sql`create table settings (
    guild_id text not null,
    key text not null,
    value text not null,
    primary key (guild_id, key)
  ) strict, without rowid`,
];

export const start: Migration = {
  name: "001-start",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
