/** The cache of style descriptions: per style picture, describer and instruction. */
import type { Kysely } from "kysely";

import type { CaptionRepository } from "../jobs/repositories.ts";
import type { Schema } from "./schema.ts";

export function createCaptionRepository(db: Kysely<Schema>): CaptionRepository {
  return {
    async find({ styleSha256, describer, promptHash }) {
      const row = await db
        .selectFrom("captions")
        .select("text")
        .where("style_sha256", "=", styleSha256)
        .where("describer", "=", describer)
        .where("prompt_hash", "=", promptHash)
        .executeTakeFirst();
      return row?.text ?? null;
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
