import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { PictureStore } from "../../src/jobs/repositories.ts";
import { copyPictures } from "../../src/pictures/copy.ts";
import { createFolderPictures } from "../../src/pictures/folder.ts";
import { useTinyDisk } from "../store/tiny-disk.ts";
import { picturesContract } from "./contract.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "atelier-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everything = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

describe("pictures in a folder", () => {
  picturesContract(async () => createFolderPictures(folder));

  it("lie under their hash", async () => {
    const files = createFolderPictures(folder);
    const { sha256 } = await files.put(Buffer.from("a picture"));
    expect(await files.local(sha256)).toBe(path.join(folder, sha256.slice(0, 2), `${sha256}.png`));
  });

  it("are written once, also when they come ten times at once", async () => {
    const files = createFolderPictures(folder);
    const bytes = randomBytes(1.5 * 2 ** 20);
    const kept = await Promise.all(Array.from({ length: 10 }, () => files.put(bytes)));
    expect(everything(folder)).toEqual([`${kept[0]!.sha256}.png`]);
  });

  it("are copied to another store, without what is damaged", async () => {
    const [here, there] = ["here", "there"].map((name) => createFolderPictures(path.join(folder, name))) as [
      PictureStore,
      PictureStore,
    ];
    const { sha256 } = await here.put(Buffer.from("a picture"));
    const token = await here.put(Buffer.from("a token"), "token");
    expect(await copyPictures(path.join(folder, "here"), there)).toBe(2);
    expect([await there.has(sha256), await there.has(token.sha256, "token")]).toEqual([true, true]);
    await writeFile(await here.local(sha256), "damaged");
    await expect(copyPictures(path.join(folder, "here"), there)).rejects.toThrow(`1 of 2 are damaged: ${sha256}.png`);
    expect(everything(path.join(folder, "there")).toSorted()).toEqual(
      [`${sha256}.png`, `${token.sha256}.token`].toSorted(),
    );
  });

  it("passes other faults on", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    await expect(createFolderPictures(file).put(Buffer.from("x"))).rejects.toThrow("ENOTDIR");
  });
});

const disk = useTinyDisk("256k");

describe("a full disk", () => {
  it.skipIf(disk === null)(
    "is said in words, and leaves nothing half-written (skipped where tmpfs cannot be mounted)",
    async () => {
      const root = path.join(disk!, "pictures");
      const files = createFolderPictures(root);
      const small = await files.put(randomBytes(50_000));
      await expect(files.put(randomBytes(400_000))).rejects.toMatchObject({
        name: "UserError",
        identifier: "disk-full",
        message: expect.stringMatching(/disk is full.*try again later/),
      });
      expect(everything(root)).toEqual([`${small.sha256}.png`]);
      await files.put(randomBytes(50_000));
      expect(everything(root)).toHaveLength(2);
    },
  );

  it.skipIf(process.platform === "win32")("is what a limit on file sizes looks like too", () => {
    const root = path.join(folder, "pictures");
    mkdirSync(root);
    const module = path.resolve(import.meta.dirname, "../../src/pictures/folder.ts");
    const script = `
      const { createFolderPictures } = await import(${JSON.stringify(module)});
      await createFolderPictures(${JSON.stringify(root)}).put(Buffer.alloc(300_000, 7)).catch((error) => console.log(error.identifier));`;
    // With the signal ignored, a write beyond the limit fails with EFBIG.
    const command = `trap '' XFSZ; ulimit -f 100; exec "$0" --import tsx --input-type=module -e "$1"`;
    const { stdout } = spawnSync("bash", ["-c", command, process.execPath, script], { encoding: "utf8" });
    expect(stdout.trim()).toBe("disk-full");
    expect(everything(root)).toEqual([]);
  });
});
