/** Copies pictures from a folder of one machine to where several find them. */
import { readFile } from "node:fs/promises";

import PQueue from "p-queue";

import type { PictureStore } from "../jobs/repositories.ts";
import { createFolderPictures } from "./folder.ts";

const AT_ONCE = 4;

/**
 * Everything a store in `folder` keeps; files of other names are left out.
 *
 * @returns how many files there are
 * @throws Error for a file whose bytes are not those of its name, when all others are copied
 */
export async function copyPictures(folder: string, to: PictureStore): Promise<number> {
  const from = createFolderPictures(folder);
  const line = new PQueue({ concurrency: AT_ONCE });
  const damaged: string[] = [];
  const files = [];
  for await (const file of from.list()) files.push(file);
  await line.addAll(
    files.map(({ sha256, extension }) => async () => {
      const put = await to.put(await readFile(await from.local(sha256, extension)), extension);
      if (put.sha256 === sha256) return;
      damaged.push(`${sha256}.${extension}`);
      await to.remove(put.sha256, extension);
    }),
  );
  if (damaged.length > 0) throw new Error(`${damaged.length} of ${files.length} are damaged: ${damaged.join(", ")}`);
  return files.length;
}
