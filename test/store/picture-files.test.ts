import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createPictureFiles } from "../../src/store/picture-files.ts";
import { useTinyDisk } from "./tiny-disk.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "atelier-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const everything = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

describe("the picture store", () => {
  it("keeps bytes under their hash", async () => {
    const files = createPictureFiles(folder);
    const bytes = Buffer.from("a picture");
    const { sha256, path: file } = await files.put(bytes);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file).toBe(await files.local(sha256));
    expect(file).toBe(path.join(folder, sha256.slice(0, 2), `${sha256}.png`));
    expect(await readFile(file)).toEqual(bytes);
    expect(await files.has(sha256)).toBe(true);
    expect(await files.has(sha256, "jpg")).toBe(false);
  });

  it("writes the same bytes once, also when they come ten times at once", async () => {
    const files = createPictureFiles(folder);
    const bytes = randomBytes(1.5 * 2 ** 20);
    const kept = await Promise.all(Array.from({ length: 10 }, () => files.put(bytes)));
    expect(new Set(kept.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(everything(folder)).toEqual([`${kept[0]!.sha256}.png`]);
    expect(await readFile(kept[0]!.path)).toEqual(bytes);
  });

  it("takes no path for a hash", async () => {
    const files = createPictureFiles(folder);
    await expect(files.local("../../etc/passwd")).rejects.toThrow(
      /Expected a sha256 in hex, got "\.\.\/\.\.\/etc\/passwd"/,
    );
    await expect(files.local("0".repeat(64), "../png")).rejects.toThrow(/Expected a file extension/);
  });

  it("passes other faults on", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    await expect(createPictureFiles(file).put(Buffer.from("x"))).rejects.toThrow("ENOTDIR");
  });
});

const disk = useTinyDisk("256k");

describe("a full disk", () => {
  it.skipIf(disk === null)(
    "is said in words, and leaves nothing half-written (skipped where tmpfs cannot be mounted)",
    async () => {
      const root = path.join(disk!, "pictures");
      const files = createPictureFiles(root);
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
    const module = path.resolve(import.meta.dirname, "../../src/store/picture-files.ts");
    const script = `
      const { createPictureFiles } = await import(${JSON.stringify(module)});
      await createPictureFiles(${JSON.stringify(root)}).put(Buffer.alloc(300_000, 7)).catch((error) => console.log(error.identifier));`;
    // With the signal ignored, a write beyond the limit fails with EFBIG.
    const command = `trap '' XFSZ; ulimit -f 100; exec "$0" --import tsx --input-type=module -e "$1"`;
    const { stdout } = spawnSync("bash", ["-c", command, process.execPath, script], { encoding: "utf8" });
    expect(stdout.trim()).toBe("disk-full");
    expect(everything(root)).toEqual([]);
  });
});
