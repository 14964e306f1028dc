/**
 * Opens what members send, which may be anything: each file in a process of its own kind that has nothing else at hand, that
 * is ended when it takes too long or too much, and that may crash.
 */
import path from "node:path";

import type { z } from "zod";

import type { Config } from "../config.ts";
import { CancelledError, UserError } from "../errors.ts";
import { refusal } from "../images/refusals.ts";
import type { Logger } from "../log.ts";
import { refusedToken } from "../stylize/diffusion/token-file.ts";
import {
  type PictureReply,
  pictureReplySchema,
  type PictureTask,
  type TokenReply,
  tokenReplySchema,
  type TokenTask,
} from "./messages.ts";
import { ReaderPool, type Work } from "./reader-pool.ts";

/** Files opened at once, by as many processes: more than one member has on the way, who so leaves room for the others. */
const MOST = 3;

const MEBIBYTE = 1024 * 1024;
/** What a process takes by itself, and what a pixel of the largest picture may (measured: 16 for an AVIF, 9 for a PNG). */
const BASE_BYTES = 256 * MEBIBYTE;
const BYTES_PER_PIXEL = 24;

export interface ReaderOptions {
  readonly log: Logger;
  /** Path of the module of the processes; this folder's own. */
  readonly module?: string;
  /** What opening one picture may take, header and pixels together, seconds. */
  readonly pictureSeconds?: number;
  readonly tokenSeconds?: number;
  /** What one process may hold, bytes. */
  readonly memoryBytes: number;
}

/** A reader for pictures as large as the settings allow. */
export const createReader = ({ MAX_MEGAPIXELS }: Pick<Config, "MAX_MEGAPIXELS">, log: Logger): Reader =>
  new Reader({ log, memoryBytes: BASE_BYTES + MAX_MEGAPIXELS * 1e6 * BYTES_PER_PIXEL });

/** What is said when it does not end well. */
interface Ends {
  readonly late: () => UserError;
  readonly full: () => UserError;
  readonly crashed: (cause: unknown) => UserError;
}

export class Reader {
  readonly #pool: ReaderPool;
  readonly #log: Logger;
  readonly #pictureMs: number;
  readonly #tokenMs: number;

  constructor({
    log,
    module = path.join(import.meta.dirname, "child.ts"),
    pictureSeconds = 20,
    tokenSeconds = 2,
    memoryBytes,
  }: ReaderOptions) {
    this.#log = log;
    this.#pool = new ReaderPool({ module, log, most: MOST, memoryBytes });
    this.#pictureMs = pictureSeconds * 1000;
    this.#tokenMs = tokenSeconds * 1000;
  }

  /** Process ids of the readers that there are. */
  get pids(): readonly number[] {
    return this.#pool.pids;
  }

  /** Starts the first process, so that nobody has to wait for it. */
  start(): void {
    this.#pool.warm();
  }

  /**
   * Opens a picture and writes it as PNG.
   *
   * @throws UserError `picture-…`, phrased for its owner; CancelledError
   */
  picture(picture: PictureTask, signal?: AbortSignal): Promise<PictureReply> {
    const { role } = picture;
    return this.#read({ type: "picture", picture }, pictureReplySchema, this.#pictureMs, signal, {
      late: () => refusal.tooSlow(role),
      full: () => refusal.tooMuchMemory(role),
      crashed: (cause) => refusal.broke(role, cause),
    });
  }

  /**
   * Opens a learned style and writes it anew.
   *
   * @throws UserError `token-file`, CancelledError
   */
  token(token: TokenTask, signal?: AbortSignal): Promise<TokenReply> {
    return this.#read({ type: "token", token }, tokenReplySchema, this.#tokenMs, signal, {
      late: () => refusedToken(token.name, { sentence: "error.token-file.slow" }),
      full: () => refusedToken(token.name, { sentence: "error.token-file.memory" }),
      crashed: (cause) => refusedToken(token.name, { sentence: "error.token-file.unreadable" }, cause),
    });
  }

  /** Ends the processes; what is being read rejects with `CancelledError`. */
  stop(): Promise<void> {
    return this.#pool.stop();
  }

  async #read<T>(
    work: Work,
    schema: z.ZodType<T>,
    taskMs: number,
    signal: AbortSignal | undefined,
    ends: Ends,
  ): Promise<T> {
    const limits = { taskMs, graceMs: 0, late: ends.late };
    for (let last = false; ; last = true) {
      const link = await this.#pool.take(signal);
      let full = false;
      try {
        return await link.run(work, schema, limits, { ...(signal && { signal }), onNews: () => (full = true) });
      } catch (error) {
        if (full) throw ends.full();
        if (!link.crashed) {
          if (error instanceof UserError || error instanceof CancelledError) throw error;
          throw new Error("a file could not be read", { cause: error });
        }
        if (last) throw ends.crashed(error);
        // Once more: what the process had read before may have been to blame.
        this.#log.warn({ err: error }, "a reader process broke down over a file, which is read again");
      } finally {
        this.#pool.giveBack(link);
      }
    }
  }
}
