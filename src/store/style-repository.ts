/** The styles of servers in SQLite. */
import type { ExpressionWrapper, Kysely, Selectable } from "kysely";

import type { PictureRef } from "../jobs/job.ts";
import { foldedName, type Style, type StyleRepository } from "../jobs/style.ts";
import { rememberPicture } from "./picture-repository.ts";
import { isTaken } from "./dialect.ts";
import { sql } from "./kysely.ts";
import type { Schema, StyleTable } from "./schema.ts";

export function createStyleRepository(db: Kysely<Schema>): StyleRepository {
  return {
    insert: (style) =>
      db.transaction().execute(async (transaction) => {
        await rememberPicture(transaction, style.picture);
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto("styles")
          .values(styleToRow(style))
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow();
        return numInsertedOrUpdatedRows === 1n;
      }),

    async find(guildId, name) {
      const row = await db
        .selectFrom("styles")
        .selectAll()
        .where("guild_id", "=", guildId)
        .where("folded", "=", foldedName(name))
        .executeTakeFirst();
      return row ? rowToStyle(row) : null;
    },

    async search(guildId, text, limit) {
      const pattern = foldedName(text).replaceAll(/[\\%_]/g, "\\$&");
      const holds = (like: string) => sql<boolean>`folded like ${like} escape '\\'`;
      const rows = await db
        .selectFrom("styles")
        .selectAll()
        .where("guild_id", "=", guildId)
        .where(holds(`%${pattern}%`))
        .orderBy(holds(`${pattern}%`), "desc")
        .orderBy("folded")
        .limit(limit)
        .execute();
      return rows.map(rowToStyle);
    },

    async list(guildId, offset, limit) {
      const query = db.selectFrom("styles").selectAll().where("guild_id", "=", guildId).orderBy("folded");
      return (await query.offset(offset).limit(limit).execute()).map(rowToStyle);
    },

    async get(ids) {
      const rows = await db.selectFrom("styles").selectAll().where("id", "in", ids).execute();
      const byId = new Map(rows.map((row) => [row.id, rowToStyle(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    async count(guildId) {
      const { count } = await db
        .selectFrom("styles")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("guild_id", "=", guildId)
        .executeTakeFirstOrThrow();
      return count;
    },

    async rename(id, name) {
      const folded = foldedName(name);
      const others = (guildId: ExpressionWrapper<Schema, "styles", string>) =>
        db
          .selectFrom("styles as other")
          .select("other.id")
          .where("other.guild_id", "=", guildId)
          .where("other.folded", "=", folded)
          .where("other.id", "!=", id);
      const query = db
        .updateTable("styles")
        .set({ name, folded })
        .where("id", "=", id)
        .where((is) => is.not(is.exists(others(is.ref("styles.guild_id")))));
      try {
        return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
      } catch (error) {
        // Somebody took the name in the same moment.
        if (isTaken(error)) return false;
        throw error;
      }
    },

    remove: (id) =>
      db.transaction().execute(async (transaction) => {
        const removed = await transaction
          .deleteFrom("styles")
          .where("id", "=", id)
          .returning("picture_sha256")
          .executeTakeFirst();
        if (!removed) return false;
        const { picture_sha256: sha256 } = removed;
        const others = transaction.selectFrom("styles").select("id").where("picture_sha256", "=", sha256);
        await transaction
          .deleteFrom("style_vectors")
          .where("picture_sha256", "=", sha256)
          .where((is) => is.not(is.exists(others)))
          .execute();
        return true;
      }),

    async setToken(id, tokenSha256) {
      const query = db.updateTable("styles").set({ token_sha256: tokenSha256 }).where("id", "=", id);
      return (await query.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },

    async usesToken(tokenSha256) {
      const query = db.selectFrom("styles").select("id").where("token_sha256", "=", tokenSha256).limit(1);
      return (await query.executeTakeFirst()) !== undefined;
    },

    async tokenFor(guildId, styleSha256) {
      const row = await db
        .selectFrom("styles")
        .select("token_sha256")
        .where("guild_id", "=", guildId)
        .where("picture_sha256", "=", styleSha256)
        .where("token_sha256", "is not", null)
        .orderBy("created_at", "desc")
        .executeTakeFirst();
      return row?.token_sha256 ?? null;
    },
  };
}

const styleToRow = (style: Style): StyleTable => ({
  id: style.id,
  guild_id: style.guildId,
  name: style.name,
  folded: foldedName(style.name),
  owner_id: style.ownerId,
  picture_sha256: style.picture.sha256,
  picture: JSON.stringify(style.picture),
  description: style.description,
  token_sha256: style.tokenSha256,
  created_at: style.createdAt,
});

const rowToStyle = (row: Selectable<StyleTable>): Style => ({
  id: row.id,
  guildId: row.guild_id,
  name: row.name,
  ownerId: row.owner_id,
  picture: JSON.parse(row.picture) as PictureRef,
  description: row.description,
  tokenSha256: row.token_sha256,
  createdAt: row.created_at,
});
