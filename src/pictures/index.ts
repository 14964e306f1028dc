/** Where pictures are kept: in a folder of this machine, in one that several machines share, or in a bucket. */
import path from "node:path";

import type { Config } from "../config.ts";
import { UserError } from "../errors.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import { readPicturesAddress } from "./address.ts";
import { Bucket } from "./bucket.ts";
import { CacheFolder } from "./cache-folder.ts";
import { createFolderPictures } from "./folder.ts";
import { createBucketPictures } from "./s3.ts";
import { tryBucket, tryFolder } from "./trial.ts";

export { copyPictures } from "./copy.ts";

export type PicturesConfig = Pick<Config, "DATA_DIR" | "PICTURES_URL" | "S3_ACCESS_KEY_ID" | "S3_SECRET_ACCESS_KEY">;

/** A start waits no longer for a server than for these tries. */
const TRIES_AT_START = 3;

/**
 * The store of pictures that the settings name, tried by keeping one there.
 *
 * @throws UserError `pictures-address` or `pictures-unusable`, in a sentence for whoever runs the bot
 */
export async function openPictures(config: PicturesConfig): Promise<PictureStore> {
  if (config.PICTURES_URL === undefined) return createFolderPictures(path.join(config.DATA_DIR, "pictures"));
  const address = readPicturesAddress(config.PICTURES_URL);
  if (address.kind === "folder") {
    await tryFolder(address.folder);
    return createFolderPictures(address.folder);
  }
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new UserError(
      "pictures-address",
      "PICTURES_URL names a bucket, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY have to be set.",
    );
  const keys = { accessKeyId, secretAccessKey };
  await tryBucket(new Bucket({ address, keys, tries: TRIES_AT_START }), address);
  // Apart from `pictures`, which may hold the only copies of an earlier time.
  const folder = path.join(config.DATA_DIR, "picture-cache");
  const cache = await CacheFolder.open({ folder, mostBytes: address.cacheBytes });
  return createBucketPictures(new Bucket({ address, keys }), cache);
}
