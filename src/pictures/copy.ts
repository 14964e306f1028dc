/** Copies pictures from a folder of one machine to where several find them. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import PQueue from "p-queue";

import type { PictureStore } from "../jobs/repositories.ts";

const AT_ONCE = 4;
const NAME = /^([0-9a-f]{64})\.([a-z0-9]{1,8})$/;

/**
 * Everything a store in `folder` keeps; files of other names are left out.
 *
 * @returns how many files there are
 * @throws Error for a file whose bytes are not those of its name, when all others are copied
 */
export async function copyPictures(folder: string, to: PictureStore): Promise<number> {
  const line = new PQueue({ concurrency: AT_ONCE });
  const damaged: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && NAME.test(entry.name));
  await line.addAll(
    files.map(({ name, parentPath }) => async () => {
      const [, sha256, extension] = NAME.exec(name)!;
      const put = await to.put(await readFile(path.join(parentPath, name)), extension);
      if (put.sha256 === sha256) return;
      damaged.push(name);
      await to.remove(put.sha256, extension);
    }),
  );
  if (damaged.length > 0) throw new Error(`${damaged.length} of ${files.length} are damaged: ${damaged.join(", ")}`);
  return files.length;
}
