/** A small disk to fill, where mounting one is permitted, for the tests of a file. */
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { afterAll, expect } from "vitest";

import { mountTinyDisk } from "./mount-tiny-disk.ts";

/**
 * Mounts a disk of this size for the tests of the file.
 *
 * @returns its folder, or `null` where that is not permitted
 */
export function useTinyDisk(size: string): string | null {
  const disk = mountTinyDisk(size);
  if (disk) afterAll(disk.unmount);
  return disk?.folder ?? null;
}

/** More than any of these disks holds, bytes. */
const FILLING = 8 << 20;

interface DiskFiller {
  readonly fill: () => void;
  readonly makeRoom: () => void;
}

/** Leaves no room on such a disk, and makes room again. */
export function diskFiller(disk: string | null): DiskFiller {
  const filler = path.join(disk ?? "", "filler");
  return {
    fill: () => expect(() => writeFileSync(filler, Buffer.alloc(FILLING))).toThrow("ENOSPC"),
    makeRoom: () => rmSync(filler, { force: true }),
  };
}
