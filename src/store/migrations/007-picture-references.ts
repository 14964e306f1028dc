/** Indexes over everything that refers to a picture, so that one to which nothing does is found without reading it all. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const REFERENCES = [
  ["jobs", "style_sha256"],
  ["jobs", "result_sha256"],
  ["rounds", "content_sha256"],
  ["rounds", "style_sha256"],
  ["comparisons", "content_sha256"],
  ["comparisons", "style_sha256"],
  ["styles", "picture_sha256"],
  ["styles", "token_sha256"],
  ["learnings", "picture_sha256"],
] as const;

export const pictureReferences: Migration = {
  name: "007-picture-references",
  async up(db) {
    for (const [table, column] of REFERENCES)
      await sql`create index ${sql.raw(`${table}_by_${column}`)} on ${sql.table(table)} (${sql.ref(column)})`.execute(
        db,
      );
  },
};
