/** A small disk to fill, where mounting one is permitted, for the tests of a file. */
import { afterAll } from "vitest";

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
