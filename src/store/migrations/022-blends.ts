/** Pictures in several styles: what their jobs refer to, the words of each style, and rounds of their own. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`alter table jobs add column second_style_sha256 text references pictures (sha256)`,
  sql`alter table jobs add column third_style_sha256 text references pictures (sha256)`,
  sql`alter table jobs add column other_words text`,
  sql`create index jobs_by_second_style_sha256 on jobs (second_style_sha256)`,
  sql`create index jobs_by_third_style_sha256 on jobs (third_style_sha256)`,
  sql`alter table rounds add column blend text not null default ''`,
  sql`drop index rounds_by_place`,
  sql`create unique index rounds_by_place on rounds (channel_id, content_sha256, style_sha256, blend) where blind = 0`,
  // A picture that goes is looked for in few of them.
  sql`create index rounds_by_blend on rounds (blend) where blend <> ''`,
];

export const blends: Migration = {
  name: "022-blends",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
