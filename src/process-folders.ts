/** Where each of several processes works in the data folder, and what they leave to others. */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";

import type { Logger } from "./log.ts";
import type { Shard } from "./shard.ts";

/** What a process has of its own in its folder: uploads on their way, and jobs that are worked on. */
export const INCOMING = "incoming";
export const WORK = "work";

/** Runs of studies, put there by the owner, that people can be asked about. */
export const STUDIES = "studies";

/** Styles that are being learned. */
export const LEARNING = "learning";

const SHARDS = "shards";
const WORKERS = "workers";

/** The data folder itself for a bot of one process, else one for each. */
export const processFolder = (dataDir: string, shard?: Shard): string =>
  shard ? path.join(dataDir, SHARDS, String(shard.id)) : dataDir;

/** What a worker has of its own; several of a machine may share its data folder. @param name the worker's */
export const workerFolder = (dataDir: string, name: string): string => path.join(dataDir, WORKERS, name);

/** The folders of all processes of this machine that work, or worked, in the data folder: itself, and one for each. */
export async function processFolders(dataDir: string): Promise<readonly string[]> {
  const own = [SHARDS, WORKERS].map(async (kind) => {
    const folder = path.join(dataDir, kind);
    return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
  });
  return [dataDir, ...(await Promise.all(own)).flat()];
}

/**
 * Removes what workers left that were killed, the one that starts among them: members' pictures, on their way to or from an
 * engine.
 *
 * @param others workers that are there
 */
export async function removeWorkersLeftovers(dataDir: string, others: ReadonlySet<string>): Promise<void> {
  const names = await readdir(path.join(dataDir, WORKERS)).catch(() => []);
  for (const name of names)
    if (!others.has(name)) await rm(workerFolder(dataDir, name), { recursive: true, force: true });
}

/**
 * Hands uploads that processes of an earlier run left to the one whose folder is `heir`, which clears them away when it
 * starts, and removes those processes' folders: there may be fewer of them now. Call while none of them runs.
 */
export async function gatherLeftovers(dataDir: string, heir: string, log: Logger): Promise<void> {
  const shards = path.join(dataDir, SHARDS);
  const others = (await readdir(shards).catch(() => [])).map((name) => path.join(shards, name));
  for (const folder of [dataDir, ...others].filter((folder) => folder !== heir))
    await handOver(folder, heir, folder === dataDir).catch((error: unknown) => {
      // On a disk that is full, say: no reason not to start.
      log.warn({ err: error, folder }, "what an earlier process left stays for the next start");
    });
}

async function handOver(folder: string, heir: string, isShared: boolean): Promise<void> {
  const left = path.join(folder, INCOMING);
  for (const name of await readdir(left).catch(() => [])) {
    await mkdir(path.join(heir, INCOMING), { recursive: true });
    await rename(path.join(left, name), path.join(heir, INCOMING, name));
  }
  await rm(isShared ? path.join(folder, WORK) : folder, { recursive: true, force: true });
}
