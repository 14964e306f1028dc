/** Fetches CUDA: onnxruntime's provider and NVIDIA's libraries, into one folder that is there whole or not at all. */
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { throwIfCancelled } from "../breathe.ts";
import { formatBytes, freeBytes } from "../checkpoints/disk.ts";
import { download } from "../checkpoints/download.ts";
import { HubError } from "../checkpoints/hub-error.ts";
import type { ByteRange } from "../checkpoints/hub.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "../checkpoints/hub-retry.ts";
import { CUDA_FOLDER, CUDA_PROVIDER, RUNTIME_LIBRARY } from "../cuda-folder.ts";
import { CancelledError, messageOf, UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import { connectionError, findNugetPackage, findWheel, type PackageFile } from "./package-file.ts";
import { CUDA_MAJOR, type CudaPart, LIBRARIES, NUGET_PROVIDER, PROVIDER, PROVIDER_FILES } from "./packages.ts";
import { unpack } from "./unpack.ts";

export interface SetUpOptions {
  readonly folder?: string;
  /** Python's index, without a slash at its end. */
  readonly index?: string;
  /** Service index of NuGet. */
  readonly nuget?: string;
  readonly libraries?: readonly CudaPart[];
  readonly signal?: AbortSignal;
  /** A line for people. */
  readonly say?: (text: string) => void;
  /** Bytes that have arrived, of all. */
  readonly onProgress?: (done: number, total: number, file: string) => void;
  readonly free?: (folder: string) => Promise<number>;
  readonly retry?: RetryPolicy;
}

export const PYPI = "https://pypi.org/simple";
const NUGET = "https://api.nuget.org/v3/index.json";

/** Libraries take 1.6 times the room of the packages they come in (2.1 of 1.3 GB), beside one package at a time. */
const UNPACKED = 1.6;
const RESERVE = 256e6;
/** A connection that stays silent for so long counts as broken. */
const SILENCE_MS = 60_000;

interface Item {
  readonly part: CudaPart;
  readonly file: PackageFile;
}

/**
 * What has arrived stays for the next time until all is there.
 *
 * @returns the folder
 * @throws UserError in words: no room, nothing to be fetched from; CancelledError
 */
export async function setUpCuda(options: SetUpOptions = {}): Promise<string> {
  const { folder = CUDA_FOLDER, say = () => {} } = options;
  if (await exists(path.join(folder, CUDA_PROVIDER))) return folder;
  const downloads = path.join(path.dirname(folder), "downloads");
  const unpacked = `${folder}.part`;
  for (const each of [downloads, unpacked]) await mkdir(each, { recursive: true });
  try {
    await fetchAll(options, downloads, unpacked);
  } catch (error) {
    if (error instanceof UserError || error instanceof CancelledError || options.signal?.aborted) throw error;
    const words = `CUDA could not be fetched. ${messageOf(error)} What has arrived is kept: the same command goes on.`;
    throw new UserError("cuda-not-fetched", words, { cause: error });
  }
  const link = path.join(unpacked, path.basename(RUNTIME_LIBRARY));
  await rm(link, { force: true });
  await symlink(RUNTIME_LIBRARY, link);
  await rename(unpacked, folder);
  await removeOthers(folder);
  say(`CUDA is in ${folder}.`);
  return folder;
}

/** Packages, and what an earlier onnxruntime had: two gigabytes that nothing loads any more. */
async function removeOthers(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  for (const name of await readdir(parent))
    if (name !== path.basename(folder)) await rm(path.join(parent, name), { recursive: true, force: true });
}

async function fetchAll(options: SetUpOptions, downloads: string, unpacked: string): Promise<void> {
  const { index = PYPI, libraries = LIBRARIES, say = () => {}, signal } = options;
  const others = await Promise.all(
    libraries.map(async (part): Promise<Item> => ({ part, file: await findWheel(index, part, signal) })),
  );
  const fromNuget = await providerOfNuget(options, others, downloads, unpacked);
  if (fromNuget !== null) {
    say(`NuGet is done without: ${fromNuget}`);
    const item = { part: PROVIDER, file: await findWheel(index, PROVIDER, signal) };
    await expectRoom(options, [item, ...others], downloads);
    await fetchItem(options, item, downloads, unpacked);
    await expectProvider(unpacked);
  }
  for (const item of others) {
    throwIfCancelled(signal);
    await fetchItem(options, item, downloads, unpacked);
  }
}

/** @returns why NuGet's provider is not taken, `null` when it is in place */
async function providerOfNuget(
  options: SetUpOptions,
  others: readonly Item[],
  downloads: string,
  unpacked: string,
): Promise<string | null> {
  const { nuget = NUGET } = options;
  try {
    const item = { part: NUGET_PROVIDER, file: await findNugetPackage(nuget, NUGET_PROVIDER, options.signal) };
    await expectRoom(options, [item, ...others], downloads);
    await fetchItem(options, item, downloads, unpacked);
    await expectProvider(unpacked);
    return null;
  } catch (error) {
    if (error instanceof UserError || error instanceof CancelledError) throw error;
    return messageOf(error);
  }
}

/** @throws HubError when it is not whole, or was built for another CUDA */
async function expectProvider(folder: string): Promise<void> {
  for (const name of PROVIDER_FILES)
    if (!(await exists(path.join(folder, name)))) throw new HubError("not-found", `The package has no ${name}.`);
  const bytes = await readFile(path.join(folder, CUDA_PROVIDER));
  if (bytes.includes(`libcudart.so.${CUDA_MAJOR}\0`)) return;
  throw new HubError("protocol", `The package's provider is not for CUDA ${CUDA_MAJOR}.`);
}

/** @throws UserError before anything is fetched that would not fit */
async function expectRoom(options: SetUpOptions, items: readonly Item[], downloads: string): Promise<void> {
  const { folder = CUDA_FOLDER, free = freeBytes } = options;
  const sizes: number[] = [];
  for (const { file } of items) {
    const isDone = await exists(path.join(`${folder}.part`, `${file.path}.unpacked`));
    if (!isDone) sizes.push(file.size);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const needed = total * UNPACKED + Math.max(0, ...sizes) + RESERVE;
  const there = await free(downloads);
  options.say?.(`${formatBytes(total)} to fetch, ${formatBytes(total * UNPACKED)} when it is there.`);
  if (needed <= there) return;
  const words = `${path.dirname(folder)} has ${formatBytes(there)} free, but CUDA needs ${formatBytes(needed)}. Free some room there.`;
  throw new UserError("disk-space", words);
}

/** One package: fetched, held against its checksum, unpacked, thrown away, and noted beside its libraries. */
async function fetchItem(
  { signal, onProgress, retry = DEFAULT_RETRY }: SetUpOptions,
  { part, file }: Item,
  downloads: string,
  unpacked: string,
): Promise<void> {
  const done = path.join(unpacked, `${file.path}.unpacked`);
  if (await exists(done)) return;
  const target = path.join(downloads, file.path);
  if (!(await exists(target)))
    await download({
      file,
      target,
      retry,
      silenceMs: SILENCE_MS,
      signal,
      open: (range, either) => openPackage(file, range, either),
      onProgress: (bytes) => onProgress?.(bytes, file.size, file.path),
    });
  const names = await unpack(target, part.wanted, unpacked, signal);
  if (names.length === 0) throw new HubError("not-found", `${file.path} has not the libraries it should.`);
  await writeFile(done, names.join("\n"));
  await rm(target);
}

async function openPackage({ url, path: name }: PackageFile, range: ByteRange | null, signal: AbortSignal) {
  const part = range ? { range: `bytes=${range.start}-${range.end - 1}` } : {};
  // A compressed answer has no ranges and another length.
  const headers = { "user-agent": "atelier", "accept-encoding": "identity", ...part };
  const response = await fetch(url, { headers, signal }).catch((error: unknown) => {
    throw signal.aborted ? error : connectionError(url, error);
  });
  const { status } = response;
  const mayPass = status >= 500 || status === 429;
  if (!response.ok)
    throw new HubError(mayPass ? "server" : "not-found", `${url.host} answers ${status} for ${name}.`, { status });
  return response;
}
