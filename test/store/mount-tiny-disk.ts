/** A small disk in memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

export interface TinyDisk {
  readonly folder: string;
  readonly unmount: () => void;
}

/** @returns `null` where mounting is not permitted */
export function mountTinyDisk(size: string): TinyDisk | null {
  if (process.platform !== "linux") return null;
  const folder = mkdtempSync(path.join(os.tmpdir(), "atelier-tiny-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", folder]);
  if (status !== 0) {
    rmSync(folder, { recursive: true });
    return null;
  }
  const unmount = (): void => {
    // Lazily: libsql closes its file when its statements are collected.
    if (spawnSync("umount", ["-l", folder]).status === 0) rmSync(folder, { recursive: true });
  };
  return { folder, unmount };
}
