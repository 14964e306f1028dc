/** How large the store is, and what room is left for it. */
import { readdir, stat, statfs } from "node:fs/promises";
import path from "node:path";

import type { Registry } from "prom-client";

import type { Store } from "../store/store.ts";
import { databaseBytes } from "../store/database-size.ts";
import { askedGauge } from "./asked-gauge.ts";

/** The folder is walked through this often at most: a large one takes a while. */
const WALK_EVERY_MS = 15 * 60_000;

/** @returns a function that ends the measuring */
export function measureStore(registry: Registry, { db }: Pick<Store, "db">, dataDir: string): () => void {
  const stopping = new AbortController();
  askedGauge(registry, "atelier_database_bytes", "Size of the database.", () => databaseBytes(db));
  askedGauge(registry, "atelier_disk_free_bytes", "Room that is left on the disk of DATA_DIR.", async () => {
    const { bavail, bsize } = await statfs(dataDir);
    return bavail * bsize;
  });
  let walkedAt = Number.NEGATIVE_INFINITY;
  let bytes = Number.NaN;
  const pictures = "Size of the pictures in DATA_DIR when they were counted last, every 15 minutes at most.";
  askedGauge(registry, "atelier_pictures_bytes", pictures, async () => {
    if (performance.now() - walkedAt < WALK_EVERY_MS) return bytes;
    walkedAt = performance.now();
    // A small folder is known at once, a large one with a later scrape.
    bytes = await folderBytes(path.join(dataDir, "pictures"), stopping.signal);
    return bytes;
  });
  return () => stopping.abort();
}

/** The sizes of all files in a folder and its folders, one folder after the other; 0 where there is none. */
async function folderBytes(folder: string, signal: AbortSignal): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    if (signal.aborted) return sum;
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) sum += await folderBytes(place, signal);
    else sum += (await stat(place).catch(() => null))?.size ?? 0;
  }
  return sum;
}
