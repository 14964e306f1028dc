/** Installs a checkpoint: finds out what the hub has, links what is here already, downloads the rest, checks it all. */
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import { throwIfCancelled } from "../breathe.ts";
import { UserError } from "../errors.ts";
import type { CatalogueEntry, CatalogueFile, CatalogueSource } from "./catalogue/catalogue-entry.ts";
import { hasChecksum } from "./checksum.ts";
import { expectRoom, freeBytes } from "./disk.ts";
import { download, partialPath } from "./download.ts";
import { type HubCache, linkFile } from "./hub-cache.ts";
import { HubError } from "./hub-error.ts";
import type { HubClient, HubFile } from "./hub.ts";
import type { CheckpointStore, Manifest } from "./checkpoint-folder.ts";

/** How an installation goes on. Sizes are bytes. */
export type InstallEvent =
  | { readonly type: "resolved"; readonly repo: string; readonly commit: string; readonly offline: boolean }
  | { readonly type: "planned"; readonly files: number; readonly size: number; readonly toDownload: number }
  | { readonly type: "checking"; readonly file: string; readonly size: number }
  | { readonly type: "reused"; readonly file: string; readonly size: number; readonly from: "folder" | "cache" }
  | { readonly type: "started"; readonly file: string; readonly size: number }
  | { readonly type: "progress"; readonly file: string; readonly received: number; readonly size: number }
  | {
      readonly type: "retry";
      readonly file: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  | { readonly type: "downloaded"; readonly file: string; readonly size: number }
  | { readonly type: "installed"; readonly folder: string; readonly size: number };

export interface InstallOptions {
  readonly entry: CatalogueEntry;
  readonly store: CheckpointStore;
  readonly hub: HubClient;
  readonly cache: HubCache;
  /** Whether a person agrees to the terms; asked once. */
  readonly acceptLicence: (entry: CatalogueEntry) => Promise<boolean>;
  /**
   * What is left to do once all files are there. The checkpoint counts as installed when this is done, with the files
   * that it names (all, where it is not given).
   */
  readonly finish?: (folder: string) => Promise<Manifest["files"]>;
  readonly onEvent?: (event: InstallEvent) => void;
  readonly signal?: AbortSignal | undefined;
  readonly connections?: number;
  readonly segmentBytes?: number;
  /** Free bytes of the disk that holds a folder; for tests. */
  readonly free?: (folder: string) => Promise<number>;
}

/** A file to be put in place. */
interface Item {
  readonly source: CatalogueSource;
  readonly commit: string;
  readonly file: HubFile;
  /** Path in the installed folder. */
  readonly name: string;
}

/**
 * @throws UserError (terms not agreed to, no room), HubError, CancelledError; what was downloaded stays for next time
 */
export async function installCheckpoint(options: InstallOptions): Promise<Manifest> {
  const { entry, store } = options;
  if (!(await store.hasAccepted(entry))) {
    if (!(await options.acceptLicence(entry))) {
      const { name, url } = entry.licence;
      throw new UserError(
        "licence-not-accepted",
        `${entry.name} was not installed: its licence (${name}, ${url}) was not agreed to. Agree with --yes.`,
      );
    }
    await store.accept(entry);
  }
  const unlock = await store.lock(entry.name);
  try {
    return await fetchAll(options);
  } finally {
    await unlock();
  }
}

async function fetchAll(options: InstallOptions): Promise<Manifest> {
  const { entry, store, onEvent = () => {} } = options;
  const resolved = await Promise.all(entry.sources.map((source) => resolveSource(source, options)));
  const items = resolved.flatMap(({ items }) => items);
  const size = items.reduce((sum, { file }) => sum + file.size, 0);
  const folder = store.folderOf(entry.name);
  await mkdir(folder, { recursive: true });

  const missing: Item[] = [];
  for (const item of items) if (!(await reuse(item, options))) missing.push(item);
  const toDownload = await bytesToDownload(missing, folder);
  onEvent({ type: "planned", files: items.length, size, toDownload });
  const room = toDownload + (entry.convertedMegabytes ?? 0) * 1e6;
  await expectRoom(folder, room, await (options.free ?? freeBytes)(folder));

  await store.incomplete(entry.name);
  for (const item of missing) await fetchItem(item, options);
  const downloaded = items.map(({ name, file }) => ({ path: name, size: file.size, checksum: file.checksum }));
  const manifest: Manifest = {
    name: entry.name,
    installedAt: new Date().toISOString(),
    sources: resolved.map(({ source, commit }) => ({ repo: source.repo, revision: source.revision, commit })),
    files: options.finish ? await options.finish(folder) : downloaded,
  };
  await store.complete(manifest);
  onEvent({ type: "installed", folder, size });
  return manifest;
}

/** What a source has, by the hub; by the cache when the hub cannot be reached and the cache has it all. */
async function resolveSource(
  source: CatalogueSource,
  { hub, cache, signal, onEvent = () => {} }: InstallOptions,
): Promise<{ source: CatalogueSource; commit: string; items: Item[] }> {
  const { repo, revision } = source;
  const paths = source.files.map((file) => file.path);
  const known = await askHub().catch(async (error: unknown) => {
    if (!(error instanceof HubError) || (error.fault !== "network" && error.fault !== "server")) throw error;
    const cached = await cache.revision(repo, revision, paths);
    if (!cached || missingFrom(source.files, cached.files).length > 0) throw error;
    return { ...cached, offline: true };
  });
  onEvent({ type: "resolved", repo, commit: known.commit, offline: known.offline });
  const missing = missingFrom(source.files, known.files);
  if (missing.length > 0) {
    throw new HubError("not-found", `${repo} at revision ${revision} has no ${missing.join(", no ")}.`);
  }
  const wanted = new Map(source.files.map((file) => [file.path, file]));
  const items = known.files.flatMap((file): Item[] => {
    const entry = wanted.get(file.path);
    return entry
      ? [{ source, commit: known.commit, name: entry.as ?? file.path, file: pinned(repo, file, entry) }]
      : [];
  });
  return { source, commit: known.commit, items };

  async function askHub(): Promise<{ commit: string; files: HubFile[]; offline: boolean }> {
    const commit = await hub.commitOf(repo, revision, signal);
    return { commit, files: await hub.pathsInfo(repo, commit, paths, signal), offline: false };
  }
}

const missingFrom = (wanted: readonly CatalogueFile[], have: readonly HubFile[]): string[] =>
  wanted
    .filter((file) => !file.optional && !have.some((candidate) => candidate.path === file.path))
    .map((file) => file.path);

/** The file with the catalogue's checksum. @throws HubError when the hub now says another one */
function pinned(repo: string, file: HubFile, { sha256 }: CatalogueFile): HubFile {
  if (sha256 === undefined) return file;
  if (file.checksum.algorithm === "sha256" && file.checksum.digest !== sha256) {
    throw new HubError(
      "corrupt",
      `${file.path} of ${repo} is not the file that Atelier knows: its sha256 has changed.`,
    );
  }
  return { ...file, checksum: { algorithm: "sha256", digest: sha256 } };
}

/** Whether the file is in its place already, or could be linked there from the hub's cache. */
async function reuse({ source, name, file }: Item, options: InstallOptions): Promise<boolean> {
  const { entry, store, cache, signal, onEvent = () => {} } = options;
  const target = path.join(store.folderOf(entry.name), name);
  const holds = async (candidate: string): Promise<boolean> => {
    onEvent({ type: "checking", file: name, size: file.size });
    return hasChecksum(candidate, file.size, file.checksum, { signal });
  };
  throwIfCancelled(signal);
  const present = await stat(target).catch(() => null);
  if (present?.size === file.size && (await holds(target))) {
    onEvent({ type: "reused", file: name, size: file.size, from: "folder" });
    return true;
  }
  const cached = await cache.find(source.repo, file);
  if (cached === null || !(await holds(cached))) return false;
  await mkdir(path.dirname(target), { recursive: true });
  await linkFile(cached, target);
  onEvent({ type: "reused", file: name, size: file.size, from: "cache" });
  return true;
}

async function bytesToDownload(items: readonly Item[], folder: string): Promise<number> {
  let bytes = 0;
  for (const { name, file } of items) {
    const partial = await stat(partialPath(path.join(folder, name), file)).catch(() => null);
    bytes += Math.max(0, file.size - (partial?.size ?? 0));
  }
  return bytes;
}

async function fetchItem({ source, commit, name, file }: Item, options: InstallOptions): Promise<void> {
  const { entry, store, hub, signal, connections, segmentBytes, onEvent = () => {} } = options;
  const target = path.join(store.folderOf(entry.name), name);
  await mkdir(path.dirname(target), { recursive: true });
  onEvent({ type: "started", file: name, size: file.size });
  // A link into the cache must not be written through.
  await rm(target, { force: true });
  await download({
    file,
    target,
    signal,
    retry: hub.retry,
    silenceMs: hub.silenceMs,
    ...(connections !== undefined && { connections }),
    ...(segmentBytes !== undefined && { segmentBytes }),
    open: (range, signal) => hub.open(source.repo, commit, file.path, range, signal),
    onProgress: (received) => onEvent({ type: "progress", file: name, received, size: file.size }),
    onRetry: ({ attempt, delayMs, reason }) =>
      onEvent({
        type: "retry",
        file: name,
        attempt,
        delayMs,
        reason: reason instanceof Error ? reason.message : String(reason),
      }),
  });
  onEvent({ type: "downloaded", file: name, size: file.size });
}
