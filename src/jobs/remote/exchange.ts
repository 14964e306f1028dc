/**
 * Where bots leave work and workers take it: queues over PostgreSQL or Redis, and what the two tell each other meanwhile.
 */
import type { Capability } from "../../capabilities.ts";
import { UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";

/** Work that waits or is worked on. Data is what JSON holds. */
export interface WorkQueue<D> {
  /**
   * Adds work. One that is there already, by its id, is left as it is.
   *
   * @param priority 1 to `LOWEST_PRIORITY`; lower numbers first, equal ones in order of arrival
   */
  add(id: string, data: D, priority: number): Promise<void>;
  /** Takes out what waits. What a worker has is left to it; what is not there is no fault. */
  remove(id: string): Promise<void>;
  /** Ids of all that waits or is worked on. */
  ids(): Promise<ReadonlySet<string>>;
  /** Gives what waits another priority. */
  reorder(id: string, priority: number): Promise<void>;
}

export const LOWEST_PRIORITY = 2 ** 21 - 1;

/** How long a worker may keep work without a word, and who notices when. */
export interface LockTimes {
  /** After so long without a renewal, others may take it. */
  readonly lockMs: number;
  /** How often others look for what was left. */
  readonly checkMs: number;
}

/** A worker has so long to stop after its own watch has given a lock up, before somebody else may begin. */
export const LOCK_TIMES: LockTimes = { lockMs: 30_000, checkMs: 10_000 };

export interface WorkSettings {
  /** Who takes it, for people who look. */
  readonly name: string;
  /** Work that is done at once. */
  readonly concurrency: number;
  readonly times?: LockTimes;
}

/** Work that this worker has, and nobody else. */
export interface Ticket<D> {
  readonly id: string;
  readonly data: D;
  /** Aborted before somebody else may take it: when its lock could not be renewed for two thirds of its time. */
  readonly signal: AbortSignal;
}

/** `done`: it is never given out again. `back`: others are to do it, at once. `later`: this one cannot; soon others may. */
export type Outcome = "done" | "back" | "later";

/** A worker's hold on a queue. */
export interface Claims {
  /** Takes no more; what is worked on goes on. */
  pause(): void;
  /** Takes no more, and resolves when all that is worked on has ended. */
  close(): Promise<void>;
}

/** What is told beside the queues. Whoever is not there at the moment does not hear it. */
export interface Told {
  /** What JSON holds; whoever listens checks it. */
  readonly message: unknown;
  /** The bytes that came with it, the newest ones by now; `null`: none, or gone. */
  bytes(): Promise<Uint8Array | null>;
}

/** What bots hear of workers, and workers of bots. */
export type Channel = "news" | "orders";

/** Larger previews and samples are not told, bytes. */
export const MOST_PREVIEW = 512 * 1024;
/** Longer words travel as bytes: a NOTIFY holds 8000. */
export const MOST_WORDS = 6000;

export interface TellOptions {
  readonly bytes?: Uint8Array;
  /** What the bytes are of: later ones of the same take their place. */
  readonly key?: string;
}

export interface Exchange {
  queue<D>(capability: Capability): WorkQueue<D>;
  /** Begins to take work. What `run` throws is logged, and the work not given out again by itself. */
  work<D>(
    capability: Capability,
    settings: WorkSettings,
    run: (ticket: Ticket<D>) => Promise<Outcome>,
  ): Promise<Claims>;
  /** Tells all who listen. @throws when the server is away */
  tell(channel: Channel, message: object, options?: TellOptions): Promise<void>;
  /** Forgets bytes that were told under these keys. */
  forget(keys: readonly string[]): Promise<void>;
  /**
   * Has the server let go of what was taken out of the queues, and told longer ago than `olderMs` (milliseconds), also in its
   * own files as far as it can.
   */
  scrub(olderMs: number): Promise<void>;
  /** Resolves when nothing is missed any more, but while the server is away. @returns a function that ends it */
  listen(channel: Channel, listener: (told: Told) => void): Promise<() => void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly log: Logger;
  /** Connections to PostgreSQL, at most; one of them listens. Default: 2. */
  readonly connections?: number;
  /** Keeps several installations apart that share a Redis server. */
  readonly prefix?: string;
}

/** The server does not answer. @param url its password is not shown */
export const unreachable = (url: string, cause: unknown, why: string): UserError =>
  new UserError(
    "queue-unreachable",
    `No server answers at ${new URL(url).host} (${why}). ` +
      "Check QUEUE_URL, that the server runs, and that it lets this machine in.",
    { cause },
  );

/** The server does not let us in. @param url its password is not shown */
export const refused = (url: string, cause: unknown, why: string): UserError =>
  new UserError(
    "queue-refused",
    `The server at ${new URL(url).host} refuses (${why}). Check user, password and database in QUEUE_URL.`,
    { cause },
  );
