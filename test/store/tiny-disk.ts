/** A small disk to fill, where mounting one is permitted. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterAll } from "vitest";

/**
 * Mounts a disk of this size for the tests of the file.
 *
 * @returns its folder, or `null` where that is not permitted
 */
export function useTinyDisk(size: string): string | null {
  if (process.platform !== "linux") return null;
  const folder = mkdtempSync(path.join(os.tmpdir(), "atelier-tiny-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", folder]);
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  afterAll(() => {
    // Lazily: libsql closes its file when its statements are collected.
    if (spawnSync("umount", ["-l", folder]).status === 0) rmSync(folder, { recursive: true });
  });
  return folder;
}
