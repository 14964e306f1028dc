/** Writes everything that the bot keeps into one file, while it runs. */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdtemp, open, opendir, rm } from "node:fs/promises";
import path from "node:path";

import Database from "libsql";

import { exists } from "../../exists.ts";
import { writeWhole } from "../../write-whole.ts";
import { DATABASE_FILE } from "../store.ts";
import { FOLDER_FILE, FOLDERS, LAST, type Manifest, MANIFEST, POSTGRES_DUMP, SQLITE_COPY } from "./contents.ts";
import { dumpPostgres } from "./postgres-programs.ts";
import { packTar, type TarFile } from "./tar.ts";

/** Nobody but whoever makes the backup reads it: members' pictures are in it, and the secret that hides them in exports. */
const MODE = 0o600;

export interface BackupReport {
  readonly files: number;
  readonly bytes: number;
}

/**
 * The database comes first, as it is at one moment; then the pictures, of which none that it refers to is missing: whatever
 * is put in afterwards is too much, and only what a member deletes meanwhile is not there.
 *
 * @param target a new file; beside it there has to be room for a second copy of the database
 * @param url of the PostgreSQL database, where the bot has one
 */
export async function backUp(dataDir: string, url: string | undefined, target: string): Promise<BackupReport> {
  const folder = await mkdtemp(`${target}.making-`);
  const report = { files: 0, bytes: 0 };
  async function* counted(): AsyncGenerator<TarFile> {
    for await (const file of contents(dataDir, url, folder)) {
      report.files += 1;
      report.bytes += file.bytes;
      yield file;
    }
  }
  try {
    await writeWhole(target, packTar(counted()), MODE);
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* contents(dataDir: string, url: string | undefined, folder: string): AsyncGenerator<TarFile> {
  const at = new Date().toISOString();
  const copy = path.join(folder, "database");
  const version = await (url === undefined
    ? copySqlite(path.join(dataDir, DATABASE_FILE), copy)
    : dumpPostgres(url, copy));
  const manifest: Manifest = { format: 1, database: url === undefined ? "sqlite" : "postgres", version, at };
  yield textFile(MANIFEST, JSON.stringify(manifest));
  yield* fileAt(copy, url === undefined ? SQLITE_COPY : POSTGRES_DUMP);
  await rm(copy);
  for (const kept of FOLDERS) yield* filesOf(path.join(dataDir, kept), kept);
  yield textFile(LAST, "");
}

/** Whole, and as it is at one moment, whoever writes meanwhile. @returns its version */
async function copySqlite(file: string, copy: string): Promise<number> {
  const connection = new Database(file, { timeout: 5000 });
  try {
    connection.prepare("vacuum into ?").run(copy);
    const [row] = connection.pragma("user_version") as readonly { readonly user_version: number }[];
    return row!.user_version;
  } finally {
    connection.close();
  }
}

async function* filesOf(folder: string, name: string): AsyncGenerator<TarFile> {
  if (!(await exists(folder))) return;
  for await (const entry of await opendir(folder)) {
    const [place, inside] = [path.join(folder, entry.name), `${name}/${entry.name}`];
    if (entry.isDirectory()) yield* filesOf(place, inside);
    // What is being written has another name until it is whole; what has none of ours would not be restored.
    else if (entry.isFile() && !entry.name.endsWith(".part") && FOLDER_FILE.test(inside)) yield* fileAt(place, inside);
  }
}

/** None where it is gone: it was deleted since its folder was looked at. */
async function* fileAt(place: string, name: string): AsyncGenerator<TarFile> {
  const handle = await openThere(place);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    const content = size === 0 ? nothing() : createReadStream("", { fd: handle, autoClose: false, end: size - 1 });
    yield { name, bytes: size, content };
  } finally {
    await handle.close();
  }
}

const openThere = (place: string): Promise<FileHandle | null> =>
  open(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });

async function* nothing(): AsyncGenerator<Uint8Array> {}

function textFile(name: string, text: string): TarFile {
  const bytes = Buffer.from(text);
  return {
    name,
    bytes: bytes.length,
    content: (async function* () {
      yield bytes;
    })(),
  };
}
