/** Comparisons of style paths: what a comparison is about, and the path that a candidate is judged as. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const comparedPaths: Migration = {
  name: "014-compared-paths",
  async up(db) {
    await sql`alter table comparisons add column judges text not null default 'variants'`.execute(db);
    await sql`alter table candidates add column style_path text`.execute(db);
  },
};
