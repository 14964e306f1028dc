/** What people have not been told yet: how a comparison went, as its card says it, and how learning a style ended. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

const STATEMENTS = [
  sql`alter table comparisons add column card_says text`,
  sql`create index comparisons_by_card_says on comparisons (card_says) where card_says is not null`,
  sql`alter table learnings add column ending text`,
  sql`create index learnings_by_ending on learnings (ending) where ending is not null`,
];

export const toBeTold: Migration = {
  name: "006-to-be-told",
  async up(db) {
    for (const statement of STATEMENTS) await statement.execute(db);
  },
};
