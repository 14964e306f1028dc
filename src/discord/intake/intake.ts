/**
 * Takes members' files in: fetch, open, keep. Few at once, in turns of their members, and only so many of each; what no
 * command came to use is not kept, and no address of the CDN is.
 *
 * Face of this room. Beside it commands use `HeldPictures`, for pictures that wait for a modal, and `findPicture`, for
 * those in somebody's message.
 */
import { randomUUID } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import type { Config } from "../../config.ts";
import { asDiskFull, UserError } from "../../errors.ts";
import { FairLine } from "../../fair-line.ts";
import type { PictureRole } from "../../images/refusals.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { Logger } from "../../log.ts";
import type { Reader } from "../../reader/reader.ts";
import type { Store } from "../../store/store.ts";
import { clip } from "../wording/markdown.ts";
import { intakeWords as words } from "../wording/commands.ts";
import { type Arrival, arrivalFile, type ArrivalKind, dropArrival, type TakenToken } from "./arrival.ts";
import { download, type Upload } from "./downloads.ts";
import { Shelf } from "./shelf.ts";

const MEBIBYTE = 1024 * 1024;
/** Files that are fetched or opened at once, of all members, and of one: a pair. */
const MOST = 4;
const MOST_PER_MEMBER = 2;
/** What those may weigh together. */
const BUDGET = 64 * MEBIBYTE;
/** Commands with files that a member may have on their way, beside those that the queue has room for. */
const SPARE_COMMANDS = 2;
/** Of a file's name this much is kept. */
const NAME_LENGTH = 120;
/** A learned style has a few kilobytes; this is room for the longest, as other programs write it. */
const TOKEN_BYTES = 2 * MEBIBYTE;

export interface IntakeOptions {
  readonly config: Pick<
    Config,
    "DATA_DIR" | "DISCORD_CDN_BASE" | "MAX_UPLOAD_MB" | "MAX_MEGAPIXELS" | "DOWNLOAD_SECONDS" | "JOBS_PER_USER"
  >;
  readonly store: Pick<Store, "files" | "pictures" | "styles">;
  readonly reader: Reader;
  /** Aborted when the bot goes down. */
  readonly closing: AbortSignal;
  readonly log: Logger;
}

/** The files that promises of arrivals bring, once they are in the store. */
type Kept<P extends readonly Promise<Arrival>[]> = {
  -readonly [K in keyof P]: P[K] extends Promise<Arrival<infer T>> ? T : never;
};

export class Intake {
  readonly #options: IntakeOptions;
  readonly #line = new FairLine({ most: MOST, mostPerMember: MOST_PER_MEMBER, budget: BUDGET });
  readonly #shelf: Shelf;
  /** Files on their way, by member. */
  readonly #coming = new Map<string, number>();

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#shelf = new Shelf(options.store);
  }

  /** Clears away what a process that was killed was taking in. Call before anything comes. */
  resume(): Promise<void> {
    return this.#shelf.sweep(this.#folder, (error) => {
      // On a disk that is full, say: no reason not to start.
      this.#options.log.warn({ err: error }, "what was left of an upload stays for the next start");
    });
  }

  /** Fetches and opens a picture. @throws UserError when it cannot be had or is not one, or the member sends too many */
  picture(userId: string, upload: Upload, role: PictureRole): Promise<Arrival<PictureRef>> {
    const { config, reader, closing } = this.#options;
    const maxBytes = Math.floor(config.MAX_UPLOAD_MB * MEBIBYTE);
    return this.#arrive(userId, upload, `${role} picture`, maxBytes, "picture", async (source, target) => {
      const maxPixels = config.MAX_MEGAPIXELS * 1e6;
      const task = { source, target, role, maxBytes, maxPixels };
      const { width, height, notes } = await reader.picture(userId, task, closing);
      return { size: { width, height }, as: (sha256) => ({ sha256, width, height, name: nameOf(upload), notes }) };
    });
  }

  /** Fetches and opens a learned style. @throws UserError that says what is wrong with the file */
  token(userId: string, upload: Upload): Promise<Arrival<TakenToken>> {
    const { reader, closing } = this.#options;
    return this.#arrive(userId, upload, "style file", TOKEN_BYTES, "token", async (source, target) => {
      const reply = await reader.token(userId, { source, target, name: `“${nameOf(upload)}”` }, closing);
      return { size: null, as: (sha256) => ({ sha256, ...reply }) };
    });
  }

  /**
   * Puts files into the store while `work` makes something of them; those that nothing refers to afterwards are removed.
   *
   * @throws UserError that says what is wrong with each file; what `work` throws
   */
  async keep<const P extends readonly Promise<Arrival>[], T>(
    coming: P,
    work: (files: Kept<P>) => Promise<T>,
  ): Promise<T> {
    const outcomes = await Promise.allSettled(coming);
    const arrived = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const put: string[] = [];
    try {
      const faults = outcomes.flatMap((outcome): unknown[] => (outcome.status === "rejected" ? [outcome.reason] : []));
      if (faults.length > 0) throw together(faults);
      for (const arrival of arrived) put.push(await this.#shelf.put(arrival));
      return await work(arrived.map(({ as }, i) => as(put[i]!)) as Kept<P>);
    } finally {
      for (const [i, arrival] of arrived.entries()) {
        const sha256 = put[i];
        // By its folder the next start finds what cannot be taken out of the store now.
        if (sha256 === undefined || (await this.#tidy(() => this.#shelf.release(sha256, arrival.kind))))
          await this.#tidy(() => dropArrival(arrival));
      }
    }
  }

  async #arrive<T>(
    userId: string,
    upload: Upload,
    what: string,
    maxBytes: number,
    kind: ArrivalKind,
    open: (source: string, target: string) => Promise<Pick<Arrival<T>, "size" | "as">>,
  ): Promise<Arrival<T>> {
    const { config, closing } = this.#options;
    const limits = { cdnBase: config.DISCORD_CDN_BASE, maxBytes, seconds: config.DOWNLOAD_SECONDS, closing };
    const most = 2 * (config.JOBS_PER_USER + SPARE_COMMANDS);
    const own = this.#coming.get(userId) ?? 0;
    if (own >= most) throw new UserError("too-many-files", words.tooMany(most));
    this.#coming.set(userId, own + 1);
    try {
      // What is not said is taken for the most.
      const cost = upload.size > 0 ? Math.min(upload.size, maxBytes) : maxBytes;
      return await this.#line.run(
        userId,
        cost,
        async () => {
          const folder = path.join(this.#folder, randomUUID());
          try {
            await mkdir(folder, { recursive: true });
            const source = path.join(folder, "upload");
            const file = arrivalFile(folder, kind);
            await download(upload, what, source, limits);
            const opened = await open(source, file);
            await rm(source);
            return { folder, file, kind, bytes: (await stat(file)).size, ...opened };
          } catch (error) {
            await this.#tidy(() => dropArrival({ folder }));
            throw asDiskFull(error) ?? error;
          }
        },
        closing,
      );
    } finally {
      const left = this.#coming.get(userId)! - 1;
      if (left > 0) this.#coming.set(userId, left);
      else this.#coming.delete(userId);
    }
  }

  /** @returns `false` when something could not be cleared away; the next start does it */
  async #tidy(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#options.log.error({ err: error }, "a file that was taken in could not be cleared away");
      return false;
    }
  }

  get #folder(): string {
    return path.join(this.#options.config.DATA_DIR, "incoming");
  }
}

const nameOf = ({ title, name }: Upload): string => clip(title ?? name, NAME_LENGTH);

/** What people can do something about, all of it, each thing once; else the first. */
function together(faults: readonly unknown[]): unknown {
  const [first] = faults;
  if (!faults.every((fault) => fault instanceof UserError))
    return faults.find((fault) => !(fault instanceof UserError));
  const said = new Set(faults.map(({ message }) => message));
  return new UserError(faults[0]!.identifier, [...said].join("\n"), { cause: first });
}
