/** Room on the disk: asked for before a download, and named when it runs out within one. */
import { statfs } from "node:fs/promises";

import { UserError } from "../errors.ts";

/** Left free beside a download, for the system and for the bot's own data. */
const RESERVE = 256 * 1024 * 1024;

/** Sizes as people write them, in powers of ten. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Bytes that this user may still write on the disk that holds `folder`. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * @param wayOut completes "Free some room, or …"
 * @throws UserError when `bytes` and a reserve do not fit on the disk that holds `folder`
 */
export async function expectRoom(
  folder: string,
  bytes: number,
  free: number,
  wayOut = "let MODELS_DIR name a folder on a larger disk",
): Promise<void> {
  if (bytes === 0 || bytes + RESERVE <= free) return;
  throw new UserError(
    "disk-space",
    `${folder} has ${formatBytes(free)} free, but ${formatBytes(bytes)} and a reserve of ${formatBytes(RESERVE)} are needed. ` +
      `Free some room, or ${wayOut}.`,
  );
}

/** The same error, or words for people where it says that the disk is full. */
export function whereDiskIsFull(error: unknown, file: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new UserError(
    "disk-space",
    `The disk is full (${file}). Free some room and start again: what is here is kept.`,
    {
      cause: error,
    },
  );
}
