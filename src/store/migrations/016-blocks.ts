/** Members who may not use the bot in a server. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const blocks: Migration = {
  name: "016-blocks",
  async up(db) {
    await sql`create table blocks (
      guild_id text not null,
      user_id text not null,
      by_user_id text not null,
      reason text,
      at bigint not null,
      primary key (guild_id, user_id)
    )`.execute(db);
  },
};
