/** The cache that Python's huggingface_hub keeps: files that are there are linked, not downloaded or copied. */
import { copyFile, link, readFile, readlink, realpath, rm, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

import { isCommit } from "./commit.ts";
import type { HubFile } from "./hub.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The cache's folder, by the same variables and in the same order as huggingface_hub. */
export function hubCacheFolder(environment: Environment = process.env): string {
  const given = environment["HF_HUB_CACHE"] ?? environment["HUGGINGFACE_HUB_CACHE"];
  if (given) return path.resolve(given);
  const home = environment["HF_HOME"];
  if (home) return path.resolve(home, "hub");
  const cache = environment["XDG_CACHE_HOME"] ?? path.join(environment["HOME"] ?? homedir(), ".cache");
  return path.resolve(cache, "huggingface", "hub");
}

export class HubCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path of a file's content in the cache, or `null`. Only name and size are looked at. */
  async find(repo: string, file: HubFile): Promise<string | null> {
    const blob = path.join(this.#repo(repo), "blobs", file.checksum.digest);
    const target = await realpath(blob).catch(() => null);
    if (target === null) return null;
    const { size } = await stat(target);
    return size === file.size ? target : null;
  }

  /**
   * What the cache knows of a revision without asking the hub: the commit, and those of `paths` that it has. `null`
   * where the revision was never downloaded. Names of blobs are checksums.
   */
  async revision(
    repo: string,
    revision: string,
    paths: readonly string[],
  ): Promise<{ commit: string; files: HubFile[] } | null> {
    const reference = await readFile(path.join(this.#repo(repo), "refs", revision), "utf8").catch(() => revision);
    const commit = reference.trim();
    if (!isCommit(commit)) return null;
    const found = await Promise.all(
      paths.map(async (name): Promise<HubFile | null> => {
        const file = path.join(this.#repo(repo), "snapshots", commit, name);
        const digest = path.basename(await readlink(file).catch(() => ""));
        const size = (await stat(file).catch(() => null))?.size;
        if (size === undefined || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(digest)) return null;
        return { path: name, size, checksum: { algorithm: digest.length === 64 ? "sha256" : "git-sha1", digest } };
      }),
    );
    const files = found.filter((file) => file !== null);
    return files.length === 0 ? null : { commit, files };
  }

  #repo(repo: string): string {
    return path.join(this.#folder, `models--${repo.replaceAll("/", "--")}`);
  }
}

/** Makes `target` another name of `source`: a hard link, else a symbolic one, and only where neither works a copy. */
export async function linkFile(source: string, target: string): Promise<void> {
  await rm(target, { force: true });
  try {
    await link(source, target);
  } catch {
    await symlink(source, target).catch(() => copyFile(source, target));
  }
}
