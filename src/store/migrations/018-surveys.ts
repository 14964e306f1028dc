/** Studies that people of a server take part in: what is ranked, what each is shown, what they answered. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`create table surveys (
    id text primary key,
    guild_id text not null,
    channel_id text not null,
    message_id text not null,
    user_id text not null,
    run text not null,
    state text not null check (state in ('open', 'closing', 'closed')),
    per_person integer not null,
    created_at bigint not null,
    closes_at bigint not null,
    closes_width double precision,
    closed_at bigint,
    report text
  )`,
  sql`create table survey_pairs (
    survey_id text not null references surveys (id),
    number integer not null,
    content_sha256 text not null references pictures (sha256),
    style_sha256 text not null references pictures (sha256),
    content_name text not null,
    style_name text not null,
    face integer,
    primary key (survey_id, number)
  )`,
  sql`create table survey_pictures (
    survey_id text not null,
    number integer not null,
    variant text not null,
    sha256 text not null references pictures (sha256),
    primary key (survey_id, number, variant),
    foreign key (survey_id, number) references survey_pairs (survey_id, number)
  )`,
  sql`create table survey_showings (
    survey_id text not null references surveys (id),
    guild_id text not null,
    user_id text not null,
    position integer not null,
    pair integer not null,
    shown text not null,
    created_at bigint not null,
    shown_at bigint,
    ranking text,
    seconds double precision,
    at bigint,
    primary key (survey_id, user_id, position)
  )`,
  // A picture that is to go is asked for by its hash.
  sql`create index survey_pairs_by_content_sha256 on survey_pairs (content_sha256)`,
  sql`create index survey_pairs_by_style_sha256 on survey_pairs (style_sha256)`,
  sql`create index survey_pictures_by_sha256 on survey_pictures (sha256)`,
  sql`create index survey_showings_by_user on survey_showings (user_id)`,
];

export const surveys: Migration = {
  name: "018-surveys",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
