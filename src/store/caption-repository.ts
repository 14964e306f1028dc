/** The cache of style descriptions: per style picture, describer and instruction. */
import type { Kysely } from "kysely";

import type { CaptionRepository } from "../jobs/repositories.ts";
import { WordList } from "../word-list.ts";
import type { Schema } from "./schema.ts";

/** @param words left out of what is found, with their sentences */
export function createCaptionRepository(db: Kysely<Schema>, words = new WordList()): CaptionRepository {
  return {
    async find({ styleSha256, describer, promptHash }) {
      const row = await db
        .selectFrom("captions")
        .select("text")
        .where("style_sha256", "=", styleSha256)
        .where("describer", "=", describer)
        .where("prompt_hash", "=", promptHash)
        .executeTakeFirst();
      // What was written down before a word was put on the list has it still.
      return row ? words.without(row.text) : null;
    },

    async save({ styleSha256, describer, promptHash }, text) {
      await db
        .insertInto("captions")
        .values({ style_sha256: styleSha256, describer, prompt_hash: promptHash, text, created_at: Date.now() })
        .onConflict((conflict) =>
          conflict.columns(["style_sha256", "describer", "prompt_hash"]).doUpdateSet({ text, created_at: Date.now() }),
        )
        .execute();
    },
  };
}
