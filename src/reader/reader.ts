/**
 * Opens what members send, which may be anything: each file in a process of its own kind that has nothing else at hand, that
 * is ended when it takes too long or too much, and that may crash.
 */
import path from "node:path";

import type { z } from "zod";

import { CancelledError, UserError } from "../errors.ts";
import { FairLine } from "../fair-line.ts";
import { refusal } from "../images/refusals.ts";
import type { Logger } from "../log.ts";
import type { ReaderLink, Work } from "./dialogue.ts";
import {
  type PictureReply,
  pictureReplySchema,
  type PictureTask,
  type TokenReply,
  tokenReplySchema,
  type TokenTask,
} from "./messages.ts";
import { ReaderPool } from "./reader-pool.ts";

/** Files opened at once, by as many processes. */
const MOST = 3;
/** Of one member: whoever sends what takes long leaves room for the others. */
const MOST_PER_MEMBER = 2;

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

/** What is said when it does not end well. */
interface Ends {
  readonly late: () => UserError;
  readonly full: () => UserError;
  readonly crashed: (cause: unknown) => UserError;
}

export class Reader {
  readonly #line = new FairLine({ most: MOST, mostPerMember: MOST_PER_MEMBER });
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
   * Opens a picture, in the member's turn, and writes it as PNG.
   *
   * @throws UserError `picture-…`, phrased for its owner; CancelledError
   */
  picture(userId: string, picture: PictureTask, signal?: AbortSignal): Promise<PictureReply> {
    const { role } = picture;
    return this.#read(userId, { type: "picture", picture }, pictureReplySchema, this.#pictureMs, signal, {
      late: () => refusal.tooSlow(role),
      full: () => refusal.tooMuchMemory(role),
      crashed: (cause) => refusal.broke(role, cause),
    });
  }

  /**
   * Opens a learned style, in the member's turn, and writes it anew.
   *
   * @throws UserError `token-file`, CancelledError
   */
  token(userId: string, token: TokenTask, signal?: AbortSignal): Promise<TokenReply> {
    const refused = (fault: string, cause?: unknown): UserError =>
      new UserError("token-file", `${token.name} is no learned style that I can use: ${fault}.`, { cause });
    return this.#read(userId, { type: "token", token }, tokenReplySchema, this.#tokenMs, signal, {
      late: () => refused("it takes too long to read"),
      full: () => refused("it takes too much memory to read"),
      crashed: (cause) => refused("it cannot be read", cause),
    });
  }

  /** Ends the processes; what is being read rejects with `CancelledError`. */
  stop(): Promise<void> {
    return this.#pool.stop();
  }

  #read<T>(
    userId: string,
    work: Work,
    schema: z.ZodType<T>,
    taskMs: number,
    signal: AbortSignal | undefined,
    ends: Ends,
  ): Promise<T> {
    const limits = { taskMs, graceMs: 0, late: ends.late };
    const readBy = async (link: ReaderLink): Promise<T> => {
      let full = false;
      try {
        return await link.run(work, schema, limits, { ...(signal && { signal }), onNews: () => (full = true) });
      } catch (error) {
        if (full) throw ends.full();
        if (link.crashed) throw new Crash("a reader process broke down over a file", { cause: error });
        if (error instanceof UserError || error instanceof CancelledError) throw error;
        throw new Error("a file could not be read", { cause: error });
      }
    };
    const read = async (): Promise<T> => {
      try {
        return await this.#pool.use(readBy);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        // Once more: what the process had read before may have been to blame.
        this.#log.warn({ err: error }, "a file is read again");
        return this.#pool.use(readBy);
      }
    };
    const told = (error: unknown): never => {
      throw error instanceof Crash ? ends.crashed(error) : error;
    };
    return this.#line.run(userId, 1, () => read().catch(told), signal);
  }
}

class Crash extends Error {}
