/** Erases styles and learnings, of a member or of a server, and says what they leave. */
import type { Kysely, RawBuilder } from "kysely";

import type { Schema } from "../schema.ts";

/** What a member left to the files: pictures and tokens that may be referred to no longer, and learnings. */
export interface Left {
  readonly pictures: ReadonlySet<string>;
  readonly tokens: ReadonlySet<string>;
  /** Ids. */
  readonly learnings: readonly string[];
}

/**
 * @param which rows of either table
 * @param left takes up the pictures and tokens that were theirs
 * @returns ids of the learnings
 */
export async function eraseLibrary(
  db: Kysely<Schema>,
  which: { readonly styles: RawBuilder<boolean>; readonly learnings: RawBuilder<boolean> },
  left: { readonly pictures: Set<string>; readonly tokens: Set<string> },
): Promise<readonly string[]> {
  const styles = await db
    .deleteFrom("styles")
    .where(which.styles)
    .returning(["picture_sha256", "token_sha256"])
    .execute();
  for (const { picture_sha256: picture, token_sha256: token } of styles) {
    left.pictures.add(picture);
    if (token !== null) left.tokens.add(token);
  }
  const learnings = await db
    .deleteFrom("learnings")
    .where(which.learnings)
    .returning(["id", "picture_sha256"])
    .execute();
  for (const { id, picture_sha256: picture } of learnings) {
    left.pictures.add(picture);
    await db.deleteFrom("learning_states").where("learning_id", "=", id).execute();
  }
  return learnings.map(({ id }) => id);
}
