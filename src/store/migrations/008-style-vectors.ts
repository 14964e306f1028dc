/** What a network sees in the pictures of styles: vectors whose dot products say how alike styles are. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const styleVectors: Migration = {
  name: "008-style-vectors",
  async up(db) {
    await sql`create table style_vectors (
      picture_sha256 text not null references pictures (sha256) on delete cascade,
      network text not null,
      vector blob not null,
      primary key (picture_sha256, network)
    ) strict, without rowid`.execute(db);
  },
};
