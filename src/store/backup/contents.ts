/** What a backup holds, and under which names. */
import { z } from "zod";

import { readPictureName } from "../../pictures/picture-name.ts";
import { LEARNING } from "../../process-folders.ts";

const PICTURES = "pictures";

/** First in a backup: what it is of. */
export const MANIFEST = "manifest.json";
/** A copy of the SQLite file. */
export const SQLITE_COPY = "atelier.db";
/** PostgreSQL's own form of a dump (`pg_dump --format=custom`). */
export const POSTGRES_DUMP = "atelier.dump";
/** Last in a backup. */
export const LAST = "complete";

/** Folders of `DATA_DIR` that are kept: pictures and tokens, and styles that are being learned. All else is made again. */
export const FOLDERS = [PICTURES, LEARNING] as const;

/** Files of those folders, as they may stand in a backup. */
export const FOLDER_FILE = /^(?:pictures|learning)(?:\/[\w-]+){0,2}\/[\w-]+\.[\w.-]+$/;
/** What the bytes of a file hash to that is named after them; `null` for any other. */
export const hashInName = (name: string): string | null =>
  name.startsWith(`${PICTURES}/`) ? (readPictureName(name.slice(PICTURES.length + 1))?.sha256 ?? null) : null;

export const manifestSchema = z.object({
  format: z.literal(1),
  database: z.enum(["sqlite", "postgres"]),
  /** Of the database (`VERSION`). */
  version: z.number().int(),
  /** When it was begun. */
  at: z.iso.datetime(),
});

export type Manifest = z.infer<typeof manifestSchema>;
