/** Puts arrived files into the store, and takes those out again that nothing came to refer to. */
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";

import PQueue from "p-queue";

import type { PictureRef } from "../../jobs/job.ts";
import { sha256Of } from "../../sha256.ts";
import { discardFile, EXTENSIONS, type FileKind } from "../../store/erasing/discard-file.ts";
import type { Store } from "../../store/store.ts";

/** A file on its way from somebody's upload into the store. */
export interface Arrival<T = unknown> {
  /** Its own folder in `DATA_DIR/incoming`; gone when it is kept or dropped. */
  readonly folder: string;
  /** As the store keeps it: written by this program. */
  readonly file: string;
  readonly bytes: number;
  readonly kind: ArrivalKind;
  /** It comes with Atelier: nobody sent it. */
  readonly isOurs?: boolean;
  /** What it is once it is in the store. */
  readonly as: (sha256: string) => T;
  /** Of a picture. */
  readonly size: Pick<PictureRef, "width" | "height"> | null;
}

export type ArrivalKind = Exclude<FileKind, "state">;

/** Where the readable form of an upload lies. */
export const arrivalFile = (folder: string, kind: ArrivalKind): string => path.join(folder, `kept.${EXTENSIONS[kind]}`);

export const dropArrival = ({ folder }: Pick<Arrival, "folder">): Promise<void> =>
  rm(folder, { recursive: true, force: true });

export class Shelf {
  readonly #store: Pick<Store, "db" | "files" | "pictures" | "styles">;
  /** One at a time, so that nothing is taken out that is just being put in. */
  readonly #turn = new PQueue({ concurrency: 1 });
  /** Commands under way that use a file, by its name in the store. */
  readonly #uses = new Map<string, number>();

  constructor(store: Pick<Store, "db" | "files" | "pictures" | "styles">) {
    this.#store = store;
  }

  /** @returns its sha256; what was put in wants a `release`. @throws UserError `disk-full` */
  put({ file, kind, size }: Arrival): Promise<string> {
    return this.#turn.add(async () => {
      const { files, pictures } = this.#store;
      const { sha256 } = await files.put(await readFile(file), EXTENSIONS[kind]);
      const name = nameOf(sha256, kind);
      this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
      try {
        if (size) await pictures.remember({ sha256, ...size });
      } catch (error) {
        await this.#leave(sha256, kind);
        throw error;
      }
      return sha256;
    });
  }

  /** A command that used it is over: it stays while something refers to it. */
  release(sha256: string, kind: ArrivalKind): Promise<void> {
    return this.#turn.add(() => this.#leave(sha256, kind));
  }

  /**
   * Erases what nothing refers to, as `discardFile`.
   *
   * @returns `false` when a command uses it
   */
  discard(sha256: string, kind: FileKind, before?: number): Promise<boolean> {
    return this.#turn.add(async () => {
      if (this.#uses.has(nameOf(sha256, kind))) return false;
      await discardFile(this.#store, sha256, kind, before);
      return true;
    });
  }

  /**
   * Clears away what a process that was killed left in `folder`, also from the store.
   *
   * @param onFault what cannot be cleared away is left to the next sweep
   */
  async sweep(folder: string, onFault: (error: unknown) => void): Promise<void> {
    for (const name of await readdir(folder).catch(() => []))
      await this.#sweepOut(path.join(folder, name)).catch(onFault);
  }

  async #sweepOut(left: string): Promise<void> {
    for (const kind of ["picture", "token"] as const) {
      const bytes = await readFile(arrivalFile(left, kind)).catch(() => null);
      if (bytes) await this.#forget(await sha256Of(bytes), kind);
    }
    await dropArrival({ folder: left });
  }

  async #leave(sha256: string, kind: ArrivalKind): Promise<void> {
    const name = nameOf(sha256, kind);
    const left = (this.#uses.get(name) ?? 1) - 1;
    if (left > 0) this.#uses.set(name, left);
    else {
      this.#uses.delete(name);
      await this.#forget(sha256, kind);
    }
  }

  async #forget(sha256: string, kind: ArrivalKind): Promise<void> {
    const { files, pictures, styles } = this.#store;
    const isFree = kind === "picture" ? await pictures.forget(sha256) : !(await styles.usesToken(sha256));
    if (isFree) await files.remove(sha256, EXTENSIONS[kind]);
  }
}

const nameOf = (sha256: string, kind: FileKind): string => `${sha256}.${EXTENSIONS[kind]}`;
