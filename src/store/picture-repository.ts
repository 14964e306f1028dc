/** What is known of a stored picture: its size, and whether it shows a face. Never a file name. */
import type { Kysely } from "kysely";

import type { PictureRef } from "../jobs/job.ts";
import type { FaceVerdict, PictureRepository } from "../jobs/repositories.ts";
import { isReferredTo } from "./dialect.ts";
import { erasePicture } from "./erasing/erase-picture.ts";
import type { Schema } from "./schema.ts";

export function createPictureRepository(db: Kysely<Schema>): PictureRepository {
  return {
    remember: (picture) => rememberPicture(db, picture),

    async forget(sha256) {
      try {
        await db.deleteFrom("pictures").where("sha256", "=", sha256).execute();
        return true;
      } catch (error) {
        if (isReferredTo(error)) return false;
        throw error;
      }
    },

    erase: (sha256, before) => erasePicture(db, sha256, before),

    async faceVerdict(sha256) {
      const row = await db
        .selectFrom("pictures")
        .select(["face_prominent", "faces", "face_source"])
        .where("sha256", "=", sha256)
        .executeTakeFirst();
      if (!row || row.face_source === null) return null;
      return {
        prominent: row.face_prominent === 1,
        faces: JSON.parse(row.faces ?? "[]") as FaceVerdict["faces"],
        source: row.face_source,
      };
    },

    async saveFaceVerdict(sha256, { prominent, faces, source }) {
      let query = db
        .updateTable("pictures")
        .set({ face_prominent: prominent ? 1 : 0, faces: JSON.stringify(faces), face_source: source })
        .where("sha256", "=", sha256);
      if (source === "detector") {
        query = query.where((is) => is.or([is("face_source", "is", null), is("face_source", "=", "detector")]));
      }
      await query.execute();
    },
  };
}

/** Records a picture's size once, and that somebody came with it now; also within a transaction. */
export async function rememberPicture(
  db: Kysely<Schema>,
  { sha256, width, height }: Pick<PictureRef, "sha256" | "width" | "height">,
): Promise<void> {
  const at = Date.now();
  await db
    .insertInto("pictures")
    .values({ sha256, width, height, face_prominent: null, faces: null, face_source: null, touched_at: at })
    .onConflict((conflict) => conflict.column("sha256").doUpdateSet({ touched_at: at }))
    .execute();
}
