/** Pictures in a bucket, with a folder of this machine for those that are in use. */
import type { PictureStore } from "../jobs/repositories.ts";
import { sha256Of } from "../sha256.ts";
import type { Bucket } from "./bucket.ts";
import type { CacheFolder } from "./cache-folder.ts";
import { OWNER, pictureName, readPictureName } from "./picture-name.ts";

/** Several machines write there, over links that may be down for hours, and it says the time by a clock of its own. */
const STRAY_MS = 24 * 3_600_000;

/**
 * A store over several machines. Each reads from its own `cache`, which is filled as pictures are asked for.
 *
 * @throws BucketAwayError (from each call) when the server does not answer for a while; BucketRefusal when it refuses
 */
export function createBucketPictures(bucket: Bucket, cache: CacheFolder): PictureStore {
  /** By name: who asks for the same picture meanwhile waits for the first. */
  const fetching = new Map<string, Promise<void>>();

  const fetched = async (name: string, sha256: string): Promise<void> => {
    const bytes = await bucket.get(name);
    // Whoever reads the file that is not there is told so.
    if (bytes === null) return;
    const found = await sha256Of(bytes);
    if (found !== sha256) throw new Error(`the stored picture ${name} is damaged: its bytes hash to ${found}`);
    await cache.keep(name, bytes);
  };

  return {
    async local(sha256, extension) {
      const name = pictureName(sha256, extension);
      const known = await cache.find(name);
      if (known !== null) return known;
      const running = fetching.get(name) ?? fetched(name, sha256).finally(() => fetching.delete(name));
      fetching.set(name, running);
      await running;
      return cache.pathOf(name);
    },

    has: (sha256, extension) => bucket.has(pictureName(sha256, extension)),

    async put(bytes, extension) {
      const sha256 = await sha256Of(bytes);
      const name = pictureName(sha256, extension);
      // What was here before is probably there as well: asked first, it need not travel again.
      if ((await cache.find(name)) === null || !(await bucket.has(name))) await bucket.put(name, bytes, sha256);
      await cache.keep(name, bytes);
      return { sha256 };
    },

    async remove(sha256, extension) {
      const name = pictureName(sha256, extension);
      await cache.drop(name);
      await bucket.remove(name);
    },

    async *list() {
      for await (const { key, ...about } of bucket.list()) {
        // Others may keep theirs beside them.
        const named = readPictureName(key);
        if (named) yield { ...named, ...about };
      }
    },

    strayMs: STRAY_MS,

    async belongsTo(installation) {
      const bytes = Buffer.from(installation);
      await bucket.put(OWNER, bytes, await sha256Of(bytes));
      return bytes.equals((await bucket.get(OWNER)) ?? Buffer.alloc(0));
    },

    async letGo(erased) {
      const isErased = (name: string): boolean => erased.includes(readPictureName(name)?.sha256 ?? "");
      // What is on its way was asked for before it was removed there.
      await Promise.allSettled([...fetching].flatMap(([name, running]) => (isErased(name) ? [running] : [])));
      // One that is there was sent again since.
      await cache.tidy(async (name) => isErased(name) && !(await bucket.has(name)));
    },
  };
}
