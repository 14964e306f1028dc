/** The library of styles of each server, and styles that are being learned. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`create table styles (
    id text primary key,
    guild_id text not null,
    name text not null,
    folded text not null,
    owner_id text not null,
    picture_sha256 text not null references pictures (sha256),
    picture text not null,
    description text,
    token_sha256 text,
    created_at integer not null,
    unique (guild_id, folded)
  ) strict`,
  sql`create index styles_by_picture on styles (guild_id, picture_sha256)`,
  sql`create table learnings (
    id text primary key,
    style_id text not null,
    guild_id text not null,
    user_id text not null,
    name text not null,
    picture_sha256 text not null references pictures (sha256),
    description text,
    channel_id text not null,
    card_message_id text not null,
    thread_id text,
    progress_message_id text,
    settled integer not null default 0
  ) strict`,
  sql`create index learnings_by_settled on learnings (settled, id)`,
];

export const styles: Migration = {
  name: "003-styles",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
