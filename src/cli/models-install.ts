/** `atelier models install`: terms, download, and for the paper's captioner the conversion to 4 bits. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline/promises";

import { convertLlava } from "../caption/llava/convert/index.ts";
import type { CatalogueEntry } from "../checkpoints/catalogue/catalogue-entry.ts";
import { formatBytes } from "../checkpoints/disk.ts";
import { HubCache, hubCacheFolder } from "../checkpoints/hub-cache.ts";
import { HubClient } from "../checkpoints/hub.ts";
import { installCheckpoint, type InstallEvent } from "../checkpoints/install.ts";
import { CheckpointStore, type Manifest } from "../checkpoints/checkpoint-folder.ts";
import { recordFiles, verifyCheckpoint } from "../checkpoints/verify.ts";
import type { Config } from "../config.ts";
import { CancelledError } from "../errors.ts";
import { withInterrupt } from "./interrupt.ts";
import { showInstall } from "./models-progress.ts";
import { progressLine } from "./progress.ts";

/** Where a checkpoint that is converted keeps what was downloaded, until it is. */
const ORIGINAL = "original";

/** @throws UserError, HubError, EngineError (a checkpoint that cannot be converted), CancelledError */
export async function install(entry: CatalogueEntry, config: Config, yes: boolean): Promise<void> {
  const store = new CheckpointStore(config.MODELS_DIR);
  const folder = store.folderOf(entry.name);
  await withInterrupt(async (signal) => {
    const converts = entry.layout === "llava";
    const sound = converts && (await soundConversion(store, entry.name, signal));
    const manifest = sound || (await download(entry, config, { store, yes, signal, converts }));
    if (converts) await rm(path.join(folder, ORIGINAL), { recursive: true, force: true });
    const size = manifest.files.reduce((sum, file) => sum + file.size, 0);
    console.log(`${entry.name} is installed in ${folder} (${formatBytes(size)}).`);
  });
}

interface Download {
  readonly store: CheckpointStore;
  readonly yes: boolean;
  readonly signal: AbortSignal;
  readonly converts: boolean;
}

async function download(entry: CatalogueEntry, config: Config, options: Download): Promise<Manifest> {
  const { store, yes, signal, converts } = options;
  const show = showInstall(process.stderr);
  const finish = (folder: string): Promise<Manifest["files"]> => {
    show.stop();
    return convert(folder, signal);
  };
  let began = false;
  const onEvent = (event: InstallEvent): void => {
    began ||= event.type === "started";
    show.onEvent(event);
  };
  try {
    return await installCheckpoint({
      entry,
      store,
      signal,
      hub: new HubClient({ endpoint: config.HF_ENDPOINT, token: config.HF_TOKEN }),
      cache: new HubCache(hubCacheFolder()),
      acceptLicence: () => agree(entry, yes, signal),
      onEvent,
      ...(converts && { finish }),
    });
  } catch (error) {
    show.stop();
    if (began) process.stderr.write("What has arrived is kept: the same command goes on from there.\n");
    throw error;
  } finally {
    show.stop();
  }
}

async function convert(folder: string, signal: AbortSignal): Promise<Manifest["files"]> {
  const bar = progressLine();
  try {
    const onProgress = (done: number, total: number): void => bar.show(done, total, "converting to 4 bits");
    await convertLlava(path.join(folder, ORIGINAL), folder, { signal, onProgress });
  } finally {
    bar.stop();
  }
  return recordFiles(folder, ORIGINAL, signal);
}

/** What was converted before, when every byte of it holds; damaged files are thrown away. */
async function soundConversion(store: CheckpointStore, name: string, signal: AbortSignal): Promise<Manifest | null> {
  const manifest = await store.manifest(name);
  if (!manifest) return null;
  const faults = await verifyCheckpoint(store, name, { signal });
  if (faults.length === 0) return manifest;
  await store.incomplete(name);
  for (const file of manifest.files) await rm(path.join(store.folderOf(name), file.path), { force: true });
  return null;
}

/** Shows the terms and asks, on a terminal. */
async function agree(entry: CatalogueEntry, yes: boolean, signal: AbortSignal): Promise<boolean> {
  process.stderr.write(`${entry.title}\nLicence: ${entry.licence.name}\n         ${entry.licence.url}\n`);
  if (yes) return true;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D at the question are the terminal's own; without this it would wait for ever.
  const leave = new AbortController();
  terminal.once("SIGINT", () => leave.abort()).once("close", () => leave.abort());
  try {
    const either = AbortSignal.any([signal, leave.signal]);
    const answer = await terminal.question("Do you agree to these terms? [y/N] ", { signal: either });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    throw new CancelledError();
  } finally {
    terminal.close();
  }
}
