/** Installing a checkpoint: what is asked before, what is put in place, what is known of it afterwards. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { verifyCheckpoint } from "../../src/checkpoints/verify.ts";
import { UserError } from "../../src/errors.ts";
import {
  bytesServed,
  config,
  entry,
  events,
  expectWhole,
  hub,
  install,
  installed,
  ofType,
  REPO,
  root,
  store,
  useInstallation,
  weights,
} from "./installation.ts";
import { COMMIT } from "./local-hub.ts";

useInstallation();

describe("an installation", () => {
  it("downloads what the catalogue names, checked, with a record of where it is from", async () => {
    const manifest = await install();
    await expectWhole();
    expect(manifest.sources).toEqual([{ repo: REPO, revision: "main", commit: COMMIT }]);
    expect(manifest.files.map((file) => [file.path, file.size, file.checksum.algorithm])).toEqual([
      ["unet/config.json", config.length, "git-sha1"],
      ["unet/model.safetensors", weights.length, "sha256"],
    ]);
    expect(await store.installed()).toEqual([manifest]);
    expect(events[0]).toEqual({ type: "resolved", repo: REPO, commit: COMMIT, offline: false });
    expect(ofType("planned")).toEqual([
      { type: "planned", files: 2, size: weights.length + config.length, toDownload: weights.length + config.length },
    ]);
    expect(ofType("progress").at(-1)).toMatchObject({ received: weights.length, size: weights.length });
    expect(events.at(-1)).toMatchObject({ type: "installed", folder: path.join(root, "models", "tiny") });
  });

  it("fetches several ranges at once, each byte once, in the catalogue's commit", async () => {
    await install();
    expect(hub.mostOpen).toBeGreaterThan(1);
    expect(hub.mostOpen).toBeLessThanOrEqual(4);
    expect(bytesServed()).toBe(2 * weights.length); // once at the hub, which redirects, and once at the files' host
    expect(hub.downloads.every(({ host, path }) => host === "files" || path.includes(COMMIT))).toBe(true);
  });

  it("sends the token to the hub and not to where the hub redirects", async () => {
    await install({}, { token: "hf_secret" });
    const at = (host: string): (string | null)[] => [
      ...new Set(hub.requests.filter((request) => request.host === host).map(({ authorization }) => authorization)),
    ];
    expect(at("hub")).toEqual(["Bearer hf_secret"]);
    expect(at("files")).toEqual([null]);
  });

  it("finds everything in place the second time", async () => {
    await install();
    hub.requests.length = 0;
    await install();
    expect(hub.downloads).toEqual([]);
    expect(ofType("reused").map(({ from }) => from)).toEqual(["folder", "folder"]);
  });

  it("follows a branch that has moved on, and fetches what changed", async () => {
    await install();
    const changed = Buffer.from(weights).fill(7, 100, 200);
    hub.files.set(`${REPO}/unet/weights.safetensors`, changed);
    hub.commit = "d".repeat(40);
    expect(await verifyCheckpoint(store, "tiny")).toEqual([]); // as it was installed, whatever the hub has now
    events.length = 0;
    const manifest = await install();
    expect(manifest.sources).toEqual([{ repo: REPO, revision: "main", commit: hub.commit }]);
    expect(ofType("reused").map(({ file }) => file)).toEqual(["unet/config.json"]);
    expect((await readFile(installed("unet/model.safetensors"))).equals(changed)).toBe(true);
    expect(await verifyCheckpoint(store, "tiny")).toEqual([]);
  });

  it("replaces a file that was altered", async () => {
    await install();
    await writeFile(installed("unet/model.safetensors"), Buffer.alloc(weights.length));
    expect(await verifyCheckpoint(store, "tiny")).toEqual([{ file: "unet/model.safetensors", fault: "checksum" }]);
    await install();
    await expectWhole();
  });
});

describe("before anything is downloaded", () => {
  it("asks for agreement to the licence, once", async () => {
    let asked = 0;
    const acceptLicence = async (): Promise<boolean> => ++asked > 1;
    await expect(install({ acceptLicence })).rejects.toMatchObject({
      identifier: "licence-not-accepted",
      message: expect.stringContaining("Painters' terms, https://example.org/terms") as unknown,
    });
    expect(hub.requests).toEqual([]);
    await install({ acceptLicence });
    await install({ acceptLicence });
    expect(asked).toBe(2);
    const changed = { ...entry, licence: { ...entry.licence, url: "https://example.org/terms-2" } };
    await install({ entry: changed, acceptLicence });
    expect(asked).toBe(3);
  });

  it("makes sure that no other process is at it, and takes over from one that died", async () => {
    const lock = path.join(root, "models", "tiny.lock");
    await mkdir(path.dirname(lock), { recursive: true });
    await writeFile(lock, String(process.ppid));
    await expect(install()).rejects.toMatchObject({ identifier: "already-installing" });
    await writeFile(lock, "999999999");
    await install();
    await expectWhole();
    expect(await readdir(path.dirname(lock))).not.toContain("tiny.lock");
  });

  it("looks for room on the disk", async () => {
    await expect(install({ free: async () => 300_000_000 })).resolves.toBeDefined();
    await store.remove("tiny");
    hub.requests.length = 0;
    await expect(install({ free: async () => 1_000_000 })).rejects.toMatchObject({
      identifier: "disk-space",
      message: expect.stringContaining("1.0 MB free") as unknown,
    });
    expect(hub.downloads).toEqual([]);
  });
});

describe("what is installed", () => {
  it("is verified and removed by name", async () => {
    await expect(verifyCheckpoint(store, "tiny")).rejects.toBeInstanceOf(UserError);
    await expect(store.remove("tiny")).rejects.toMatchObject({ identifier: "not-installed" });
    await install();
    await rm(installed("unet/config.json"));
    await writeFile(installed("unet/model.safetensors"), "short");
    expect(await verifyCheckpoint(store, "tiny")).toEqual([
      { file: "unet/config.json", fault: "missing" },
      { file: "unet/model.safetensors", fault: "size" },
    ]);
    await store.remove("tiny");
    expect(await store.installed()).toEqual([]);
    await expect(store.remove("../models")).rejects.toMatchObject({ identifier: "not-installed" });
  });
});
