/** What each style that is being learned by workers has reached: a file in the store of pictures. */
import { sql } from "../kysely.ts";

import type { Migration } from "./migration.ts";

export const learningStates: Migration = {
  name: "011-learning-states",
  async up(db) {
    await sql`create table learning_states (
      learning_id text primary key,
      sha256 text not null,
      step integer not null
    )`.execute(db);
  },
};
