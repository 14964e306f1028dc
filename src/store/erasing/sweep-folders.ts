/** Takes out of the folders of this machine's processes what one that was killed left there, and never came back to. */
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import { isSettled } from "../../jobs/job.ts";
import { LEARNING, processFolders, WORK } from "../../process-folders.ts";
import type { Store } from "../store.ts";

/** What is so old is not just being begun, milliseconds. */
const STRAY_MS = 3_600_000;

/**
 * Looks at what is named after learnings and jobs, in the folders of a bot, its shards and workers: names are ids, with or
 * without an ending.
 *
 * @param now Unix milliseconds
 * @returns how many were removed
 */
export async function sweepFolders({
  store,
  dataDir,
  now,
}: {
  readonly store: Pick<Store, "jobs" | "learnings">;
  readonly dataDir: string;
  readonly now: number;
}): Promise<number> {
  let removed = 0;
  for (const folder of await processFolders(dataDir))
    for (const room of [LEARNING, WORK] as const)
      for (const name of await readdir(path.join(folder, room)).catch(() => [])) {
        const place = path.join(folder, room, name);
        const found = await stat(place).catch(() => null);
        if (!found || found.mtimeMs > now - STRAY_MS || (await isOpen(room, name.split(".", 1)[0]!))) continue;
        await rm(place, { recursive: true, force: true });
        removed += 1;
      }
  return removed;

  async function isOpen(room: typeof LEARNING | typeof WORK, id: string): Promise<boolean> {
    if (room === LEARNING) return store.learnings.isOpen(id);
    const job = await store.jobs.get(id);
    return job !== null && !isSettled(job.state);
  }
}
