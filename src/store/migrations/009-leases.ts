/** Who works on a job, and one round only of the named results of a pair in a place: what several processes may write. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

/** Rounds of named results that were made twice, with the oldest of them, which stays. */
const TWICE = sql`with kept as (
    select channel_id, content_sha256, style_sha256, min(id) as id, max(closes_at) as closes_at from rounds
    where blind = 0 group by channel_id, content_sha256, style_sha256 having count(*) > 1
  ), twice as (
    select rounds.id as id, kept.id as kept, kept.closes_at as closes_at from rounds
    join kept on kept.channel_id = rounds.channel_id and kept.content_sha256 = rounds.content_sha256
      and kept.style_sha256 = rounds.style_sha256
    where rounds.blind = 0
  )`;

const STATEMENTS = [
  sql`alter table jobs add column fence integer not null default 0`,
  sql`alter table jobs add column worker text`,
  ...["candidates", "medal_changes"].map(
    (table) => sql`${TWICE} update ${sql.table(table)} set round_id = twice.kept from twice where round_id = twice.id`,
  ),
  sql`${TWICE} update rounds set closes_at = twice.closes_at from twice where rounds.id = twice.kept`,
  sql`${TWICE} delete from rounds where id in (select id from twice where id <> kept)`,
  sql`drop index rounds_by_place`,
  sql`create unique index rounds_by_place on rounds (channel_id, content_sha256, style_sha256) where blind = 0`,
];

export const leases: Migration = {
  name: "009-leases",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
