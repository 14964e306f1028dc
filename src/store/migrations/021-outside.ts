/** Jobs that were asked for where the bot is no member: no server looks after them. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const outside: Migration = {
  name: "021-outside",
  async up(db) {
    await sql`alter table jobs add column outside integer not null default 0`.execute(db);
  },
};
