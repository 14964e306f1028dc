/** Where pictures are kept, as `PICTURES_URL` says it. */
import { fileURLToPath } from "node:url";

import { UserError } from "../errors.ts";

/** A folder that several machines share. */
interface FolderAddress {
  readonly kind: "folder";
  /** Absolute. */
  readonly folder: string;
}

/** A place in a bucket of an S3 server. */
export interface BucketAddress {
  readonly kind: "bucket";
  readonly bucket: string;
  /** Before each name: empty, or ends in a slash. */
  readonly prefix: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
  /** What pictures may take of this machine's disk, bytes. */
  readonly cacheBytes: number;
}

const EXAMPLE = "s3://bucket/folder?endpoint=https://s3.example.org&region=eu-central-1";
const KNOWN = ["endpoint", "region", "cache"];
const CACHE_GB = { fallback: 2, least: 0.1, most: 10_000 };

/**
 * `file:///folder`, or `s3://bucket/folder?endpoint=…&region=…&cache=…` with `cache` in gigabytes.
 *
 * @throws UserError `pictures-address`, which names what is wrong and repeats no more of it than that
 */
export function readPicturesAddress(text: string): FolderAddress | BucketAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === "file:") return { kind: "folder", folder: folderOf(url) };
  if (url?.protocol !== "s3:") throw unfit(`must begin with file:/// or s3://, such as ${EXAMPLE}`);
  if (url.username !== "" || url.password !== "")
    throw unfit("must hold no key; set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY instead");
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket)) throw unfit(`must name a bucket, such as ${EXAMPLE}`);
  const stranger = [...url.searchParams.keys()].find((name) => !KNOWN.includes(name));
  if (stranger !== undefined) throw unfit(`knows ${KNOWN.join(", ")}, but not ${JSON.stringify(stranger)}`);
  const region = url.searchParams.get("region") ?? "us-east-1";
  const folder = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, "");
  if (!/^[\w.\-/]*$/.test(folder)) throw unfit("may name a folder by letters, digits, dots, dashes and slashes only");
  return {
    kind: "bucket",
    bucket,
    prefix: folder === "" ? "" : `${folder}/`,
    endpoint: endpointOf(url.searchParams.get("endpoint") ?? `https://s3.${region}.amazonaws.com`),
    region,
    cacheBytes: cacheOf(url.searchParams.get("cache")) * 1e9,
  };
}

function folderOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw unfit("must name a folder of this machine, such as file:///srv/atelier/pictures");
  }
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.username === "")
    return url.href.replace(/\/+$/, "");
  throw unfit("must have an http or https address as its endpoint");
}

function cacheOf(text: string | null): number {
  const gigabytes = text === null ? CACHE_GB.fallback : Number(text);
  if (gigabytes >= CACHE_GB.least && gigabytes <= CACHE_GB.most) return gigabytes;
  throw unfit(`must have ${CACHE_GB.least} to ${CACHE_GB.most} gigabytes as its cache`);
}

const unfit = (words: string): UserError => new UserError("pictures-address", `PICTURES_URL ${words}.`);
