/** How large the store is, and what room is left for it. */
import type { Registry } from "prom-client";

import { freeBytes } from "../checkpoints/disk.ts";
import type { Store } from "../store/store.ts";
import { databaseBytes } from "../store/database-size.ts";
import { askedGauge } from "./asked-gauge.ts";

/** The store is walked through this often at most: a large one takes a while. */
const WALK_EVERY_MS = 15 * 60_000;

/** @returns a function that ends the measuring */
export function measureStore(
  registry: Registry,
  { db, files }: Pick<Store, "db" | "files">,
  dataDir: string,
): () => void {
  const stopping = new AbortController();
  askedGauge(registry, "atelier_database_bytes", "Size of the database.", () => databaseBytes(db));
  const free = "Room that is left on the disk of DATA_DIR.";
  askedGauge(registry, "atelier_disk_free_bytes", free, () => freeBytes(dataDir));
  let walkedAt = Number.NEGATIVE_INFINITY;
  let bytes = Number.NaN;
  const pictures = "Size of the stored pictures when they were counted last, every 15 minutes at most.";
  askedGauge(registry, "atelier_pictures_bytes", pictures, async () => {
    if (performance.now() - walkedAt < WALK_EVERY_MS) return bytes;
    walkedAt = performance.now();
    // A small store is known at once, a large one with a later scrape.
    bytes = await storedBytes(files, stopping.signal);
    return bytes;
  });
  return () => stopping.abort();
}

async function storedBytes(files: Store["files"], signal: AbortSignal): Promise<number> {
  let sum = 0;
  for await (const { bytes } of files.list()) {
    if (signal.aborted) break;
    sum += bytes;
  }
  return sum;
}
