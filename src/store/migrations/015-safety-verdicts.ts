/** What safety checkers say of pictures, each for as long as the picture is known. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const safetyVerdicts: Migration = {
  name: "015-safety-verdicts",
  async up(db) {
    await sql`create table safety_verdicts (
      picture_sha256 text not null references pictures (sha256) on delete cascade,
      checker text not null,
      unsafe integer not null,
      primary key (picture_sha256, checker)
    )`.execute(db);
  },
};
