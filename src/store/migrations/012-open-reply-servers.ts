/** The server of each promised answer, so that of several processes the one that has the server keeps the promise. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const openReplyServers: Migration = {
  name: "012-open-reply-servers",
  async up(db) {
    await sql`alter table open_replies add column guild_id text`.execute(db);
  },
};
