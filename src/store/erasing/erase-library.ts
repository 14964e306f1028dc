/** Erases styles and learnings, of a member or of a server; their files are noted to be discarded. */
import type { Kysely, RawBuilder } from "kysely";

import { noteDiscards } from "./discards.ts";
import type { Schema } from "../schema.ts";

/** @param which rows of either table */
export const eraseLibrary = (
  db: Kysely<Schema>,
  which: { readonly styles: RawBuilder<boolean>; readonly learnings: RawBuilder<boolean> },
): Promise<void> =>
  db.transaction().execute(async (transaction) => {
    const styles = await transaction
      .deleteFrom("styles")
      .where(which.styles)
      .returning(["picture_sha256", "token_sha256"])
      .execute();
    const learnings = await transaction
      .deleteFrom("learnings")
      .where(which.learnings)
      .returning(["id", "picture_sha256"])
      .execute();
    const ids = learnings.map(({ id }) => id);
    const states =
      ids.length === 0
        ? []
        : await transaction.deleteFrom("learning_states").where("learning_id", "in", ids).returning("sha256").execute();
    const pictures = [...styles, ...learnings].map(({ picture_sha256: sha256 }) => sha256);
    await noteDiscards(transaction, "picture", pictures);
    const tokens = styles.flatMap(({ token_sha256: sha256 }) => sha256 ?? []);
    await noteDiscards(transaction, "token", tokens);
    const reached = states.map(({ sha256 }) => sha256);
    await noteDiscards(transaction, "state", reached);
    await noteDiscards(transaction, "learning", ids);
  });
