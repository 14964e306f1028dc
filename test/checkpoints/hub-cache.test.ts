/** The cache of Python's huggingface_hub as a source. */
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import {
  config,
  events,
  expectWhole,
  hub,
  install,
  installed,
  ofType,
  REPO,
  root,
  useInstallation,
  weights,
} from "./installation.ts";
import { COMMIT, gitSha1, sha256 } from "./local-hub.ts";

useInstallation();

describe("the hub's cache", () => {
  const keep = async (content: Buffer, digest: string, name: string): Promise<string> => {
    const folder = path.join(root, "cache", "models--painters--tiny");
    const snapshot = path.join(folder, "snapshots", COMMIT, name);
    const blob = path.join(folder, "blobs", digest);
    await mkdir(path.dirname(snapshot), { recursive: true });
    await mkdir(path.dirname(blob), { recursive: true });
    await mkdir(path.join(folder, "refs"), { recursive: true });
    await writeFile(blob, content);
    await symlink(path.relative(path.dirname(snapshot), blob), snapshot);
    await writeFile(path.join(folder, "refs", "main"), COMMIT);
    return blob;
  };

  it("lends its files: linked, not downloaded, not copied", async () => {
    const blob = await keep(weights, sha256(weights), "unet/weights.safetensors");
    await install();
    await expectWhole();
    expect((await stat(installed("unet/model.safetensors"))).ino).toBe((await stat(blob)).ino);
    expect(hub.downloads.map(({ path }) => path)).toEqual([`/${REPO}/resolve/${COMMIT}/unet/config.json`]);
    expect(ofType("reused")).toEqual([
      { type: "reused", file: "unet/model.safetensors", size: weights.length, from: "cache" },
    ]);
    await rm(installed("unet/model.safetensors"));
    expect((await readFile(blob)).equals(weights)).toBe(true);
  });

  it("is not believed blindly, and not written through", async () => {
    const blob = await keep(Buffer.alloc(weights.length), sha256(weights), "unet/weights.safetensors");
    await mkdir(installed("unet"), { recursive: true });
    await symlink(blob, installed("unet/model.safetensors"));
    await install();
    await expectWhole();
    expect((await readFile(blob)).equals(Buffer.alloc(weights.length))).toBe(true);
  });

  it("is enough without a network", async () => {
    await keep(weights, sha256(weights), "unet/weights.safetensors");
    await keep(config, gitSha1(config), "unet/config.json");
    await install({}, { endpoint: "http://127.0.0.1:1" });
    await expectWhole();
    expect(events[0]).toEqual({ type: "resolved", repo: REPO, commit: COMMIT, offline: true });
  });
});
