/** Makes of a backup what the bot was on: a new data folder, or a new database. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../../errors.ts";
import { exists } from "../../exists.ts";
import { openDatabase } from "../database.ts";
import { lockFolder } from "../folder-lock.ts";
import { sql } from "../kysely.ts";
import { VERSION } from "../migrations/index.ts";
import { DATABASE_FILE } from "../store.ts";
import {
  FOLDER_FILE,
  FOLDERS,
  hashInName,
  LAST,
  MANIFEST,
  type Manifest,
  manifestSchema,
  POSTGRES_DUMP,
  SQLITE_COPY,
} from "./contents.ts";
import { restorePostgres } from "./postgres-programs.ts";
import { damaged, type TarFile, unpackTar } from "./tar.ts";

/** A manifest is a line. */
const MANIFEST_BYTES = 10_000;

/**
 * Restores into `dataDir`, which is taken for as long as that lasts. All is read, and every picture held against its hash,
 * before anything is in its place; the database comes last.
 *
 * @param url of an empty PostgreSQL database, for a backup of one
 * @throws UserError `bot-running`, `folder-not-empty`, `database-not-empty`, `backup-damaged`, `backup-newer`,
 * `backup-of-other-database`: nothing was restored then
 */
export async function restore(file: string, dataDir: string, url: string | undefined): Promise<Manifest> {
  const lock = lockFolder(dataDir);
  try {
    for (const name of [...FOLDERS, DATABASE_FILE])
      if (await exists(path.join(dataDir, name)))
        throw new UserError(
          "folder-not-empty",
          `There is ${name} in ${dataDir} already. Nothing was restored: let DATA_DIR name a new folder, or move that away.`,
        );
    // On the same disk, so that everything is moved into its place at once.
    const folder = await mkdtemp(path.join(dataDir, "restoring-"));
    try {
      const manifest = await unpackInto(folder, file, url);
      if (manifest.database === "sqlite") await bringUp(path.join(folder, DATABASE_FILE));
      else await restorePostgres(url!, path.join(folder, POSTGRES_DUMP));
      for (const name of [...FOLDERS, ...(manifest.database === "sqlite" ? [DATABASE_FILE] : [])])
        if (await exists(path.join(folder, name))) await rename(path.join(folder, name), path.join(dataDir, name));
      return manifest;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}

/** Finds a damaged one, brings an older one to this version, and leaves all of it in the one file. */
async function bringUp(file: string): Promise<void> {
  const db = await openDatabase(file);
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
  await db.destroy();
}

async function unpackInto(folder: string, file: string, url: string | undefined): Promise<Manifest> {
  let manifest: Manifest | null = null;
  let whole = false;
  for await (const entry of unpackTar(createReadStream(file))) {
    if (manifest === null) {
      manifest = await readManifest(entry);
      expectFits(manifest, url);
    } else if (entry.name === LAST) whole = true;
    else await save(folder, entry);
  }
  if (manifest === null || !whole) throw damaged("its end is missing");
  const database = manifest.database === "sqlite" ? SQLITE_COPY : POSTGRES_DUMP;
  if (!(await exists(path.join(folder, database)))) throw damaged("there is no database in it");
  return manifest;
}

async function readManifest({ name, bytes, content }: TarFile): Promise<Manifest> {
  if (name !== MANIFEST || bytes > MANIFEST_BYTES) throw damaged("it is no backup of Atelier");
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  try {
    return manifestSchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
  } catch {
    throw damaged("what it says of itself cannot be read");
  }
}

function expectFits({ database, version }: Manifest, url: string | undefined): void {
  if (version > VERSION)
    throw new UserError(
      "backup-newer",
      `The backup was made by a newer Atelier (its database is of version ${version}; this one knows ${VERSION}). Update Atelier.`,
    );
  if (database === "sqlite" && url !== undefined)
    throw new UserError(
      "backup-of-other-database",
      "The backup is of a DATA_DIR with a database of its own. Leave DATABASE_URL out to restore it; " +
        "then set it again, and atelier data move takes everything to PostgreSQL.",
    );
  if (database === "postgres" && url === undefined)
    throw new UserError(
      "backup-of-other-database",
      "The backup is of a PostgreSQL database. Let DATABASE_URL name a new, empty one to restore it.",
    );
}

async function save(folder: string, { name, content }: TarFile): Promise<void> {
  // Names are ours, and lead nowhere else.
  if (name !== SQLITE_COPY && name !== POSTGRES_DUMP && !FOLDER_FILE.test(name))
    throw damaged("a name in it is not ours");
  const target = path.join(folder, ...name.split("/"));
  await mkdir(path.dirname(target), { recursive: true });
  const hash = createHash("sha256");
  const file = await open(target, "wx");
  try {
    for await (const piece of content) {
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const sha256 = hashInName(name);
  if (sha256 !== null && hash.digest("hex") !== sha256) throw damaged("a picture in it is not what it was");
}
