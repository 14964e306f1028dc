/** Notices when the data folder goes away under a running bot, which then writes where nobody will look again. */
import { stat } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../errors.ts";
import { LOCK_FILE } from "./folder-lock.ts";
import { DATABASE_FILE } from "./store.ts";

const LOOK_EVERY_MS = 1000;
/** The file is not under its name; after any other fault, such as a share that hiccups, it is looked for again. */
const GONE = new Set(["ENOENT", "ENOTDIR"]);

/**
 * Calls `end` once when the lock or the database in `dataDir` is no longer the file that it is now: the folder, or one of
 * the two, was moved, removed or replaced. Call when both are open: open files keep their numbers, so none is mistaken.
 *
 * @returns a function that ends the watch
 */
export async function watchFolder(dataDir: string, end: (verdict: UserError) => void): Promise<() => void> {
  const files = [LOCK_FILE, DATABASE_FILE].map((name) => path.join(dataDir, name));
  const known = await Promise.all(files.map(identityOf));
  let stopped = false;
  let timer: NodeJS.Timeout;
  const lookLater = (): void => {
    timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
  };
  const look = async (): Promise<void> => {
    const now = await Promise.all(files.map(identityOf));
    if (stopped) return;
    const changed = files.find((_, n) => now[n] !== known[n] && ![now[n], known[n]].includes("unknown"));
    if (changed === undefined) lookLater();
    else end(folderGone(dataDir, changed));
  };
  lookLater();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Device and number of the file under a name. */
async function identityOf(file: string): Promise<string> {
  try {
    // Only ever asked by name: closing a file opened here would release SQLite's locks on it.
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}/${ino}`;
  } catch (error) {
    return error instanceof Error && "code" in error && GONE.has(String(error.code)) ? "gone" : "unknown";
  }
}

const folderGone = (dataDir: string, file: string): UserError =>
  new UserError(
    "folder-gone",
    `The folder ${dataDir} was moved, removed or replaced while the bot was running: ${path.basename(file)} in it is not the file that the bot works on. ` +
      "The bot ends, as what it did from here on would not be found again. " +
      "Put the folder back, or set DATA_DIR to where it is now, and start the bot again.",
  );
