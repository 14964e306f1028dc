/**
 * Takes members' files in: fetch, open, keep. Few at once, in turns of their members, and only so many of each; what no
 * command came to use is not kept, and no address of the CDN is.
 *
 * Face of this room. Beside it commands use `findPicture`, for the picture in somebody's message.
 */
import { randomUUID } from "node:crypto";
import { copyFile, mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";

import { MOST_STYLES } from "../../blend.ts";
import type { Config } from "../../config.ts";
import { asDiskFull, UserError } from "../../errors.ts";
import type { PictureRole } from "../../images/refusals.ts";
import type { OwnersPicture, ShippedPicture } from "../../jobs/gallery.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { Logger } from "../../log.ts";
import { INCOMING } from "../../process-folders.ts";
import type { StoredPicture } from "../../jobs/tasks.ts";
import type { TokenReply } from "../../reader/messages.ts";
import type { Reader } from "../../reader/reader.ts";
import type { FileKind } from "../../store/erasing/discard-file.ts";
import type { Store } from "../../store/store.ts";
import { type Fetched, intakeWords, pairModalWords, pictureGone } from "../wording/commands.ts";
import { clip } from "../wording/markdown.ts";
import { download, type Upload } from "./downloads.ts";
import { FairLine } from "./fair-line.ts";
import { HeldPictures } from "./held-pictures.ts";
import { together } from "./intake-faults.ts";
import { type Arrival, arrivalFile, type ArrivalKind, dropArrival, Shelf } from "./shelf.ts";

const MEBIBYTE = 1024 * 1024;
/**
 * Files that are fetched or opened at once, of all members, and of one: a pair. A reader has more processes than that, so
 * that whoever sends what takes long to open leaves room for the others.
 */
const MOST = 4;
const MOST_PER_MEMBER = 2;
/** What those may weigh together. */
const BUDGET = 64 * MEBIBYTE;
/** Commands with files that a member may have on their way, beside those that the queue has room for, and files of each. */
const SPARE_COMMANDS = 2;
const FILES_PER_COMMAND = 1 + MOST_STYLES;
/** Of a file's name this much is kept. */
const NAME_LENGTH = 120;
/** A learned style has a few kilobytes; this is room for the longest, as other programs write it. */
const TOKEN_BYTES = 4 * MEBIBYTE;

/** What no picture that comes with Atelier exceeds. */
const [SHIPPED_BYTES, SHIPPED_PIXELS] = [MEBIBYTE, 1e6];

export interface IntakeOptions {
  readonly config: Pick<
    Config,
    "DATA_DIR" | "DISCORD_CDN_BASE" | "MAX_UPLOAD_MB" | "MAX_MEGAPIXELS" | "DOWNLOAD_SECONDS" | "JOBS_PER_USER"
  >;
  readonly store: Pick<Store, "db" | "files" | "pictures" | "styles">;
  readonly reader: Reader;
  /** Aborted when the bot goes down. */
  readonly closing: AbortSignal;
  readonly log: Logger;
  /** Throws a `UserError` for pictures that are not wanted in a channel. */
  readonly admit: (channelId: string | null, pictures: readonly StoredPicture[]) => Promise<void>;
}

/** A picture that is held under a key: fetched ahead, or kept when the other of its pair was refused. */
export interface Held {
  readonly heldAs: string;
  /** What to fetch where it is not held (any more). */
  readonly upload?: Upload;
}

type WantedStyle = Upload | Held | PictureRef | ShippedPicture | OwnersPicture;

/** What a command needs, by what it is for. */
export interface Wanted {
  /** An upload, one that may be held, or a picture of an earlier job. */
  readonly content?: Upload | Held | PictureRef;
  /** The same, one that comes with Atelier, or one of the owner's. */
  readonly style?: WantedStyle;
  /** Further ones that it is blended with. */
  readonly second?: WantedStyle | undefined;
  readonly third?: WantedStyle | undefined;
  /** A learned style. */
  readonly token?: Upload;
}

/** What was wanted, in the store. */
interface Files {
  readonly content: PictureRef;
  readonly style: PictureRef;
  readonly second: PictureRef;
  readonly third: PictureRef;
  readonly token: TokenReply & { readonly sha256: string };
}

type FilesOf<W extends Wanted> = {
  readonly [K in keyof W & keyof Files]: Files[K] | (undefined extends W[K] ? undefined : never);
};

export type Taken<W extends Wanted> = FilesOf<W> & {
  /** The command is over: files that nothing refers to are taken out of the store again. Never throws. */
  readonly release: () => Promise<void>;
};

/** One file, and how it comes in. */
interface Fetching<T> {
  /** What it may weigh, bytes. */
  readonly cost: number;
  readonly kind: ArrivalKind;
  /** It comes with Atelier: nobody sent it. */
  readonly isOurs?: boolean;
  readonly fetch: (target: string) => Promise<void>;
  readonly open: (source: string, target: string) => Promise<Pick<Arrival<T>, "size" | "as">>;
}

/** Pictures that are looked at as styles. */
const STYLES = ["style", "second", "third"] as const satisfies readonly (keyof Files)[];

type Coming = { -readonly [K in keyof Files]?: Promise<Arrival<Files[K]>> };

export class Intake {
  readonly #options: IntakeOptions;
  readonly #line = new FairLine({ most: MOST, mostPerMember: MOST_PER_MEMBER, budget: BUDGET });
  readonly #shelf: Shelf;
  readonly #held = new HeldPictures();

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

  /** Erases a file of the store to which nothing refers. @returns `false` when a command is using it */
  discard(sha256: string, kind: FileKind, before?: number): Promise<boolean> {
    return this.#shelf.discard(sha256, kind, before);
  }

  /** Drops what is held for a member. */
  dropHeld(userId: string): void {
    this.#held.dropOf(userId);
  }

  /** Fetches a picture ahead, for this member to take under this key; a fault is told then. */
  hold(userId: string, key: string, upload: Upload, role: PictureRole): void {
    this.#held.hold(ofMember(userId, key), userId, this.#picture(userId, upload, role));
  }

  /**
   * Fetches and opens what a command needs, and puts it into the store until the command is over: to be released then,
   * whatever became of it.
   *
   * @param channelId where it was asked for; `null` where no server has a say
   * @throws UserError when the member sends too many, or that says what is wrong with each file; of what was wanted by a key,
   * what is well is held under it then, and of the rest none is kept
   */
  async take<W extends Wanted>(userId: string, channelId: string | null, wanted: W): Promise<Taken<W>> {
    const coming = this.#comingOf(userId, wanted);
    const outcomes = await Promise.allSettled(Object.values(coming) as Promise<Arrival>[]);
    let arrived = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    const put: string[] = [];
    const release = async (): Promise<void> => {
      for (const [i, arrival] of arrived.entries()) {
        const sha256 = put[i];
        // By its folder the next start finds what cannot be taken out of the store now.
        if (sha256 === undefined || (await this.#tidy(() => this.#shelf.release(sha256, arrival.kind))))
          await this.#tidy(() => dropArrival(arrival));
      }
    };
    try {
      const names = Object.keys(coming) as (keyof Wanted)[];
      const faults = new Map(
        outcomes.flatMap((outcome, i) =>
          outcome.status === "rejected" ? [[names[i]!, outcome.reason as unknown] as const] : [],
        ),
      );
      if (faults.size > 0) {
        const well = names.filter((_name, i) => outcomes[i]!.status === "fulfilled");
        // Nothing is put yet: whoever sends the other one again need not send this one.
        arrived = arrived.filter((arrival, i) => !this.#holdBack(userId, wanted[well[i]!], arrival));
        throw together(faults);
      }
      const known = [wanted.content, ...STYLES.map((name) => wanted[name])].filter(isStored);
      await this.#assertKept(known);
      for (const arrival of arrived) put.push(await this.#shelf.put(arrival));
      const pictures = arrived.flatMap(({ kind, isOurs }, i) =>
        kind === "picture" && !isOurs ? { sha256: put[i]! } : [],
      );
      await this.#options.admit(channelId, [...pictures, ...known]);
    } catch (error) {
      await release();
      throw error;
    }
    const files = Object.keys(coming).map((name, i) => [name, arrived[i]!.as(put[i]!)] as const);
    const taken: object = { ...wanted, ...Object.fromEntries(files), release };
    return taken as Taken<W>;
  }

  /** Begins to fetch what is not in the store. */
  #comingOf(userId: string, wanted: Wanted): Coming {
    const { content, token } = wanted;
    const coming: Coming = {};
    if (content && !isStored(content)) coming.content = this.#sent(userId, content, "content");
    if (token) coming.token = this.#token(userId, token);
    for (const name of STYLES) {
      const style = wanted[name];
      if (style && "file" in style) coming[name] = this.#shipped(userId, style);
      else if (style && !isStored(style)) coming[name] = this.#sent(userId, style, "style");
    }
    return coming;
  }

  /** @returns whether it is held now */
  #holdBack(userId: string, wanted: Wanted[keyof Wanted], arrival: Arrival): boolean {
    if (!wanted || !("heldAs" in wanted)) return false;
    this.#held.hold(ofMember(userId, wanted.heldAs), userId, Promise.resolve(arrival as Arrival<PictureRef>));
    return true;
  }

  /** A picture of the library or of a job may have been erased meanwhile. */
  async #assertKept(pictures: readonly PictureRef[]): Promise<void> {
    for (const { sha256 } of pictures)
      if (!(await this.#options.store.files.has(sha256))) throw new UserError("picture-gone", pictureGone());
  }

  /** Something of the member's own: what is held goes before what would have to be fetched. */
  #sent(userId: string, wanted: Upload | Held, role: PictureRole): Promise<Arrival<PictureRef>> {
    if (!("heldAs" in wanted)) return this.#picture(userId, wanted, role);
    const picture = this.#held.take(ofMember(userId, wanted.heldAs));
    if (picture) return picture;
    if (!wanted.upload) throw new UserError("modal-too-old", pairModalWords.tooOld);
    return this.#picture(userId, wanted.upload, role);
  }

  #picture(userId: string, upload: Upload, role: PictureRole): Promise<Arrival<PictureRef>> {
    const [maxBytes, maxPixels] = this.#uploadLimits;
    return this.#arrive(userId, {
      ...this.#download(upload, `${role} picture`, maxBytes),
      kind: "picture",
      open: this.#pictureOpener(nameOf(upload), role, maxBytes, maxPixels),
    });
  }

  get #uploadLimits(): readonly [maxBytes: number, maxPixels: number] {
    const { MAX_UPLOAD_MB, MAX_MEGAPIXELS } = this.#options.config;
    return [Math.floor(MAX_UPLOAD_MB * MEBIBYTE), MAX_MEGAPIXELS * 1e6];
  }

  /** A picture that comes with Atelier goes the way of all others, but for the download and its limits. */
  #shipped(userId: string, shipped: ShippedPicture | OwnersPicture): Promise<Arrival<PictureRef>> {
    const { file, name } = shipped;
    const isOurs = !("isOwners" in shipped);
    const limits = isOurs ? ([SHIPPED_BYTES, SHIPPED_PIXELS] as const) : this.#uploadLimits;
    return this.#arrive(userId, {
      cost: 0,
      isOurs,
      fetch: (target) => copyFile(file, target),
      kind: "picture",
      open: this.#pictureOpener(name, "style", ...limits),
    });
  }

  #pictureOpener(name: string, role: PictureRole, maxBytes: number, maxPixels: number): Fetching<PictureRef>["open"] {
    const { reader, closing } = this.#options;
    return async (source, target) => {
      const { width, height, notes } = await reader.picture({ source, target, role, maxBytes, maxPixels }, closing);
      return { size: { width, height }, as: (sha256) => ({ sha256, width, height, name, notes }) };
    };
  }

  #token(userId: string, upload: Upload): Promise<Arrival<Files["token"]>> {
    const { reader, closing } = this.#options;
    return this.#arrive(userId, {
      ...this.#download(upload, "style file", TOKEN_BYTES),
      kind: "token",
      open: async (source, target) => {
        const reply = await reader.token({ source, target, name: `“${nameOf(upload)}”` }, closing);
        return { size: null, as: (sha256) => ({ sha256, ...reply }) };
      },
    });
  }

  /** From Discord; what is not said of its weight is taken for the most. */
  #download(upload: Upload, what: Fetched, maxBytes: number): Pick<Fetching<unknown>, "cost" | "fetch"> {
    const { config, closing } = this.#options;
    const limits = { cdnBase: config.DISCORD_CDN_BASE, maxBytes, seconds: config.DOWNLOAD_SECONDS, closing };
    return {
      cost: upload.size > 0 ? Math.min(upload.size, maxBytes) : maxBytes,
      fetch: (target) => download(upload, what, target, limits),
    };
  }

  /** Fetches and opens one file, in its member's turn. */
  async #arrive<T>(userId: string, { cost, fetch, kind, open, isOurs = false }: Fetching<T>): Promise<Arrival<T>> {
    const { config, closing } = this.#options;
    const most = FILES_PER_COMMAND * (config.JOBS_PER_USER + SPARE_COMMANDS);
    if (this.#line.countOf(userId) >= most) throw new UserError("too-many-files", intakeWords.tooMany(most));
    const folder = path.join(this.#folder, randomUUID());
    const turn = await this.#line.enter(userId, cost, closing);
    try {
      await mkdir(folder, { recursive: true });
      const source = path.join(folder, "upload");
      const file = arrivalFile(folder, kind);
      await fetch(source);
      const opened = await open(source, file);
      await rm(source);
      return { folder, file, kind, isOurs, bytes: (await stat(file)).size, ...opened };
    } catch (error) {
      await this.#tidy(() => dropArrival({ folder }));
      throw asDiskFull(error) ?? error;
    } finally {
      turn.leave();
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
    return path.join(this.#options.config.DATA_DIR, INCOMING);
  }
}

/** Whether a picture is in the store already. */
const isStored = (wanted: Wanted["content"] | WantedStyle): wanted is PictureRef =>
  wanted !== undefined && "sha256" in wanted;

/** A picture is held for whoever opened the modal, and for nobody else who sends its key. */
const ofMember = (userId: string, key: string): string => `${key}/${userId}`;

const nameOf = ({ title, name }: Upload): string => clip(title ?? name, NAME_LENGTH);
