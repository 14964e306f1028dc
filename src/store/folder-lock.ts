/** One bot per data folder: a lock that the operating system takes back when the process that holds it is gone. */
import { mkdirSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import Database from "libsql";

import { messageOf, UserError } from "../errors.ts";

/** The name of the lock in the folder that it locks. */
export const LOCK_FILE = "bot.lock";

export interface FolderLock {
  release(): void;
}

/**
 * Takes `dataDir` for this process. The lock is an open write transaction on `bot.lock`, a SQLite file beside the
 * database: SQLite's file locks end with their process however it ends, so none is ever stale, while who only reads the
 * database is not in the way. Two machines on one network share exclude each other as far as the share's file locks do
 * (NFS and SMB as they are usually mounted); after a power cut the share may hold a lock until its lease runs out.
 *
 * @throws UserError `bot-running` naming the process that has the folder, `folder-unusable`
 */
export function lockFolder(dataDir: string): FolderLock {
  let connection: InstanceType<typeof Database> | undefined;
  try {
    mkdirSync(dataDir, { recursive: true });
    connection = new Database(path.join(dataDir, LOCK_FILE), { timeout: 0 });
    // Not WAL: that needs memory shared between the processes, which no network share has.
    connection.exec("pragma journal_mode = delete");
    connection.exec("begin immediate");
    connection.exec("create table if not exists holder (words text not null) strict");
    connection.exec("delete from holder");
    connection.prepare("insert into holder values (?)").run(thisProcess());
    connection.exec("commit");
    // From here on for as long as the process lives; others may read who it is.
    connection.exec("begin immediate");
    const held = connection;
    return {
      release() {
        // Closing alone would leave the transaction to statements that wait for the garbage collector.
        held.exec("rollback");
        held.close();
      },
    };
  } catch (cause) {
    const fault = isBusy(cause) ? running(dataDir, connection, cause) : unusable(dataDir, cause);
    if (connection?.inTransaction) connection.exec("rollback");
    connection?.close();
    throw fault;
  }
}

const thisProcess = (): string =>
  `process ${process.pid} on ${os.hostname()}, since ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`;

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && String(cause.code).startsWith("SQLITE_BUSY");

function running(dataDir: string, connection: InstanceType<typeof Database> | undefined, cause: unknown): UserError {
  return new UserError(
    "bot-running",
    `Another bot is running on ${dataDir} already${holder(connection)}. ` +
      "Stop that one first, or give this one a DATA_DIR of its own.",
    { cause },
  );
}

function holder(connection: InstanceType<typeof Database> | undefined): string {
  try {
    const row = connection?.prepare("select words from holder").get() as { words: string } | undefined;
    return row ? ` (${row.words})` : "";
  } catch {
    return "";
  }
}

const unusable = (dataDir: string, cause: unknown): UserError =>
  new UserError(
    "folder-unusable",
    `The folder ${dataDir} cannot be used (${messageOf(cause)}). ` +
      "Check that DATA_DIR is a folder that this process may write to, on a disk that knows file locks.",
    { cause },
  );
