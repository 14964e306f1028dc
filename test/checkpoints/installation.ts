/** A tiny checkpoint on a hub of this process, installed into a folder of its own: what the tests of installing share. */
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect } from "vitest";

import type { CatalogueEntry } from "../../src/checkpoints/catalogue/catalogue-entry.ts";
import { HubCache } from "../../src/checkpoints/hub-cache.ts";
import { HubClient, type HubOptions } from "../../src/checkpoints/hub.ts";
import { installCheckpoint, type InstallEvent, type InstallOptions } from "../../src/checkpoints/install.ts";
import { CheckpointStore } from "../../src/checkpoints/checkpoint-folder.ts";
import { verifyCheckpoint } from "../../src/checkpoints/verify.ts";
import { bytesOf, LocalHub } from "./local-hub.ts";

export const REPO = "painters/tiny";
export const SEGMENT = 16 * 1024;
export const config = Buffer.from('{"channels":4}\n');
export const weights = bytesOf(10 * SEGMENT + 123);

export const entry: CatalogueEntry = {
  name: "tiny",
  title: "A tiny painter",
  purpose: "stylizer",
  layout: "diffusers",
  megabytes: 1,
  licence: { name: "Painters' terms", url: "https://example.org/terms" },
  sources: [
    {
      repo: REPO,
      revision: "main",
      files: [
        { path: "unet/config.json" },
        { path: "unet/weights.safetensors", as: "unet/model.safetensors" },
        { path: "extra.json", optional: true },
      ],
    },
  ],
};

export let hub: LocalHub;
export let root: string;
export let store: CheckpointStore;
export let events: InstallEvent[];

/** A fresh hub and an empty folder before each test of the file that calls it. */
export function useInstallation(): void {
  beforeEach(async () => {
    hub = await LocalHub.start();
    hub.files.set(`${REPO}/unet/config.json`, config);
    hub.files.set(`${REPO}/unet/weights.safetensors`, weights);
    root = await realpath(await mkdtemp(path.join(tmpdir(), "atelier-install-")));
    store = new CheckpointStore(path.join(root, "models"));
    events = [];
  });

  afterEach(async () => {
    await hub.stop();
    await rm(root, { recursive: true, force: true });
  });
}

export const retry = { tries: 3, pauses: { firstMs: 1, longestMs: 20 } };

export const install = (options: Partial<InstallOptions> = {}, client: Partial<HubOptions> = {}) =>
  installCheckpoint({
    entry,
    store,
    hub: new HubClient({ endpoint: hub.endpoint, retry, silenceMs: 5000, ...client }),
    cache: new HubCache(path.join(root, "cache")),
    acceptLicence: async () => true,
    onEvent: (event) => events.push(event),
    segmentBytes: SEGMENT,
    ...options,
  });

export const installed = (name: string): string => path.join(root, "models", "tiny", name);
export const expectWhole = async (): Promise<void> => {
  expect((await readFile(installed("unet/model.safetensors"))).equals(weights)).toBe(true);
  expect((await readFile(installed("unet/config.json"))).equals(config)).toBe(true);
  expect(await verifyCheckpoint(store, "tiny")).toEqual([]);
  expect((await readdir(installed("unet"))).toSorted()).toEqual(["config.json", "model.safetensors"]);
};
export const bytesServed = (): number =>
  hub.downloads
    .map(({ range }) => /^bytes=(\d+)-(\d+)$/.exec(range ?? ""))
    .reduce((sum, match) => sum + (match ? Number(match[2]) - Number(match[1]) + 1 : 0), 0);
export const ofType = <T extends InstallEvent["type"]>(type: T): Extract<InstallEvent, { type: T }>[] =>
  events.filter((event): event is Extract<InstallEvent, { type: T }> => event.type === type);
