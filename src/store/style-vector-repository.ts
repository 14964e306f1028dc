/** What networks see in the pictures of styles, in the database: vectors as float32, little-endian. */
import type { Kysely } from "kysely";

import type { StyleVectorRepository } from "../jobs/style-likeness.ts";
import type { Shard } from "../shard.ts";
import { bytes, floats } from "./dialect.ts";
import { sql } from "./kysely.ts";
import { isOf } from "./ownership.ts";
import type { Schema } from "./schema.ts";

export function createStyleVectorRepository(db: Kysely<Schema>, shard: Shard): StyleVectorRepository {
  /** Styles, each with its picture's vector by a network, where there is one. */
  const withVectors = (network: string) =>
    db
      .selectFrom("styles")
      .leftJoin("style_vectors", (join) =>
        join
          .onRef("style_vectors.picture_sha256", "=", "styles.picture_sha256")
          .on("style_vectors.network", "=", network),
      );
  return {
    async unseen(network, after, limit) {
      const rows = await withVectors(network)
        .select("styles.picture_sha256")
        .distinct()
        .where("style_vectors.network", "is", null)
        .where(isOf(shard, "styles.guild_id"))
        .where("styles.picture_sha256", ">", after)
        .orderBy("styles.picture_sha256")
        .limit(limit)
        .execute();
      return rows.map((row) => row.picture_sha256);
    },

    async save(sha256, network, vector) {
      const blob = Buffer.from(Float32Array.from(vector).buffer);
      // One statement: the style may be removed while its picture is looked at.
      await sql`insert into style_vectors (picture_sha256, network, vector)
        select ${sha256}, ${network}, ${bytes(db, blob)} where exists (select 1 from styles where picture_sha256 = ${sha256})
        on conflict do nothing`.execute(db);
    },

    async inServer(guildId, network) {
      const rows = await withVectors(network)
        .select(["styles.id", "styles.picture_sha256", "style_vectors.vector"])
        .where("styles.guild_id", "=", guildId)
        .execute();
      return rows.map(({ id, picture_sha256: pictureSha256, vector }) => ({
        styleId: id,
        pictureSha256,
        vector: vector && floats(vector),
      }));
    },
  };
}
