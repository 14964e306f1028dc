/** Answers that were promised and not given yet. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const openReplies: Migration = {
  name: "004-open-replies",
  async up(db) {
    await sql`create table open_replies (
      interaction_id text primary key,
      sealed_token text not null,
      opened_at integer not null
    ) strict, without rowid`.execute(db);
  },
};
