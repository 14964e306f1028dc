/** Tries at the start whether pictures can be kept where a setting says: by writing, reading and removing one. */
import { randomBytes } from "node:crypto";
import { readFile, rm, stat } from "node:fs/promises";
import path from "node:path";

import { messageOf, UserError } from "../errors.ts";
import { sha256Of } from "../sha256.ts";
import { writeWhole } from "../write-whole.ts";
import type { BucketAddress } from "./address.ts";
import { type Bucket, BucketRefusal } from "./bucket.ts";

const NAME = (): string => `trial-${randomBytes(8).toString("hex")}`;

/** @throws UserError `pictures-unusable` */
export async function tryFolder(folder: string): Promise<void> {
  const about = (cause: unknown): string =>
    isCode(cause) ? `${cause.code} for ${cause.path ?? folder}` : messageOf(cause);
  const found = await stat(folder).catch(() => null);
  // Made by itself, it would hide that a shared disk is not mounted.
  if (!found?.isDirectory())
    throw unusable(`There is no folder ${folder}, which PICTURES_URL names. Make it, or mount the disk it is on.`);
  const file = path.join(folder, NAME());
  try {
    const bytes = randomBytes(64);
    await writeWhole(file, bytes);
    if (!bytes.equals(await readFile(file))) throw new Error("what is read is not what was written");
  } catch (cause) {
    throw unusable(`Pictures cannot be kept in the folder that PICTURES_URL names: ${about(cause)}.`, cause);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** @throws UserError `pictures-unusable` */
export async function tryBucket(bucket: Bucket, address: BucketAddress): Promise<void> {
  const bytes = randomBytes(64);
  const name = NAME();
  const steps: readonly (readonly [what: string, step: () => Promise<boolean>])[] = [
    ["written", async () => bucket.put(name, bytes, await sha256Of(bytes)).then(() => true)],
    ["read", async () => bytes.equals((await bucket.get(name)) ?? Buffer.alloc(0))],
    ["removed", async () => bucket.remove(name).then(() => true)],
    // Without the right to list, S3 says of what is not there that it may not be looked at.
    ["looked for", async () => !(await bucket.has(name))],
  ];
  for (const [what, step] of steps) {
    const holds = await step().catch((cause: unknown) => {
      throw unusable(refusalWords(cause, what, address), cause);
    });
    if (!holds) throw unusable(`The bucket ${address.bucket} does not keep what is put into it (${what}).`);
  }
}

function refusalWords(cause: unknown, what: string, { bucket, endpoint, region }: BucketAddress): string {
  if (!(cause instanceof BucketRefusal))
    return `The server of pictures at ${endpoint} does not answer (${messageOf(cause)}). Check the endpoint in PICTURES_URL.`;
  switch (cause.word) {
    case "NoSuchBucket":
      return `There is no bucket ${bucket} at ${endpoint}. Make it, or put its name right in PICTURES_URL.`;
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
      return `The server of pictures at ${endpoint} refuses the keys. Put S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY right.`;
    case "RequestTimeTooSkewed":
      return `The server of pictures at ${endpoint} refuses this machine's time. Put its clock right.`;
    case "AuthorizationHeaderMalformed":
    case "PermanentRedirect":
      return `The bucket ${bucket} is not in the region ${region}. Put the region in PICTURES_URL right.`;
  }
  if (cause.status === 403)
    return `Pictures cannot be ${what} in the bucket ${bucket}: the key lacks the right. It needs to put, get, delete and list.`;
  return `Pictures cannot be ${what} in the bucket ${bucket} at ${endpoint}: ${cause.message}. Check PICTURES_URL.`;
}

const unusable = (words: string, cause?: unknown): UserError => new UserError("pictures-unusable", words, { cause });

const isCode = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && "code" in error;
