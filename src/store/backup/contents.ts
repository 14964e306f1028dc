/** What a backup holds, and under which names. */
import { z } from "zod";

import { LEARNING } from "../../process-folders.ts";

/** First in a backup: what it is of. */
export const MANIFEST = "manifest.json";
/** A copy of the SQLite file. */
export const SQLITE_COPY = "atelier.db";
/** PostgreSQL's own form of a dump (`pg_dump --format=custom`). */
export const POSTGRES_DUMP = "atelier.dump";
/** Last in a backup. */
export const LAST = "complete";

/** Folders of `DATA_DIR` that are kept: pictures and tokens, and styles that are being learned. All else is made again. */
export const FOLDERS = ["pictures", LEARNING] as const;

/** Files of those folders, as they may stand in a backup. */
export const FOLDER_FILE = /^(?:pictures|learning)(?:\/[\w-]+){0,2}\/[\w-]+\.[\w.-]+$/;
/** A file that is named after its bytes. */
export const BY_HASH = /^pictures\/[0-9a-f]{2}\/([0-9a-f]{64})\.[a-z0-9]{1,8}$/;

export const manifestSchema = z.object({
  format: z.literal(1),
  database: z.enum(["sqlite", "postgres"]),
  /** Of the database (`VERSION`). */
  version: z.number().int(),
  /** When it was begun. */
  at: z.iso.datetime(),
});

export type Manifest = z.infer<typeof manifestSchema>;
