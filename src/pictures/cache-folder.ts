/** Files fetched from elsewhere, kept for when they are asked for again: the ones used longest ago go first. */
import { mkdir, readdir, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";

import { writeOnce } from "./folder.ts";

/** What was asked for so lately stays, whatever it takes: somebody may be about to read it. */
const IN_USE_MS = 10 * 60_000;
/** What nobody asked for so long goes, so that no copy outlives for long what was removed elsewhere. */
const STALE_MS = 24 * 3_600_000;

export interface CacheFolderOptions {
  readonly folder: string;
  /** What the files may take together, bytes; more only by those that are in use. */
  readonly mostBytes: number;
  readonly inUseMs?: number;
}

interface Entry {
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly usedAt: number;
}

export class CacheFolder {
  readonly #folder: string;
  readonly #mostBytes: number;
  readonly #inUseMs: number;
  /** By name within the folder, the one used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  private constructor({ folder, mostBytes, inUseMs = IN_USE_MS }: CacheFolderOptions) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
    this.#inUseMs = inUseMs;
  }

  /** Takes over what an earlier run left in the folder, or what a process beside this one put there. */
  static async open(options: CacheFolderOptions): Promise<CacheFolder> {
    const cache = new CacheFolder(options);
    await mkdir(options.folder, { recursive: true });
    await cache.#takeOver();
    await cache.#makeRoom();
    return cache;
  }

  pathOf(name: string): string {
    return path.join(this.#folder, name);
  }

  /** The path of a file that is there; `null` for any other. */
  async find(name: string): Promise<string | null> {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    const file = this.pathOf(name);
    const now = new Date();
    try {
      await utimes(file, now, now);
    } catch {
      // Somebody else removed it.
      this.#forget(name);
      return null;
    }
    this.#note(name, entry.bytes, now.getTime());
    return file;
  }

  /** @returns the path of the file. @throws UserError `disk-full` */
  async keep(name: string, bytes: Uint8Array): Promise<string> {
    const file = this.pathOf(name);
    await writeOnce(file, bytes);
    this.#note(name, bytes.length, Date.now());
    await this.#makeRoom();
    return file;
  }

  async drop(name: string): Promise<void> {
    this.#forget(name);
    await rm(this.pathOf(name), { force: true });
  }

  /** Drops what nobody asked for in so long, and each that `isGone`, whichever process put it there. */
  async tidy(isGone: (name: string) => Promise<boolean>): Promise<void> {
    for (const name of await this.#names()) if (await isGone(name)) await this.drop(name);
    await this.#makeRoom();
  }

  async #names(): Promise<readonly string[]> {
    const found = await readdir(this.#folder, { recursive: true, withFileTypes: true });
    const files = found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    return files.map((file) => path.relative(this.#folder, file).split(path.sep).join("/"));
  }

  async #takeOver(): Promise<void> {
    const found: (Entry & { readonly name: string })[] = [];
    for (const name of await this.#names()) {
      // Half-written by a process that was killed.
      if (name.endsWith(".part")) await rm(this.pathOf(name), { force: true });
      else {
        // Another process may have taken it away meanwhile.
        const there = await stat(this.pathOf(name)).catch(() => null);
        if (there) found.push({ name, bytes: there.size, usedAt: there.mtimeMs });
      }
    }
    for (const { name, bytes, usedAt } of found.sort((a, b) => a.usedAt - b.usedAt)) this.#note(name, bytes, usedAt);
  }

  #note(name: string, bytes: number, usedAt: number): void {
    this.#forget(name);
    this.#entries.set(name, { bytes, usedAt });
    this.#bytes += bytes;
  }

  #forget(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }

  async #makeRoom(): Promise<void> {
    const now = Date.now();
    for (const [name, { bytes, usedAt }] of this.#entries) {
      const isUnused = (at: number): boolean =>
        now - at > STALE_MS || (this.#bytes > this.#mostBytes && now - at >= this.#inUseMs);
      if (!isUnused(usedAt)) return;
      // A process beside this one, which shares the folder, may have used it since.
      const { mtimeMs } = await stat(this.pathOf(name)).catch(() => ({ mtimeMs: 0 }));
      if (isUnused(mtimeMs)) await this.drop(name);
      else this.#note(name, bytes, mtimeMs);
    }
  }
}
