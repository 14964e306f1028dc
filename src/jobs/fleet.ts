/** What several processes have to know of each other, as ports: which workers there are, and the queue they share. */
import type { EngineInfo } from "./engine.ts";
import type { Job, JobRequest } from "./job.ts";

/**
 * How bots and workers of this version speak with each other. It counts up when a bot and a worker of the version before
 * would misunderstand each other; a worker may be one older than the bot.
 */
export const PROTOCOL = 1;

/** A worker as it last announced itself. */
export interface WorkerReport {
  /** Its name, unique among those that run. */
  readonly name: string;
  readonly protocol: number;
  /** Kinds of work that it takes (`src/jobs/remote/exchange.ts`). */
  readonly capabilities: readonly string[];
  /** What its engine turned out to be. */
  readonly info: EngineInfo;
  /** Pictures that it paints at once, and those that it has. */
  readonly concurrency: number;
  readonly busy: number;
  /** Ids of jobs that it has, whatever the queue's server knows of them. Absent: it does not say. */
  readonly jobs?: readonly string[];
}

export interface WorkerRepository {
  /** Announces a worker, or that it is still there. */
  report(worker: WorkerReport): Promise<void>;
  /** A worker goes. */
  leave(name: string): Promise<void>;
  /** Those that have announced themselves of late, by the database's clock. */
  present(): Promise<readonly WorkerReport[]>;
  /** A bot starts, and says what it speaks. */
  speak(protocol: number): Promise<void>;
  /** What the bot speaks that started last; `null` when there was none yet. */
  spoken(): Promise<number | null>;
}

/** A worker that has said nothing for so long counts as gone, milliseconds. It says something every third of that. */
export const GONE_AFTER_MS = 30_000;

/** A job that is not settled, as far as its place and its time depend on it. */
export interface LineEntry {
  readonly turn: number;
  readonly job: Pick<Job, "id" | "state" | "attempts" | "variant" | "startedAt"> & {
    /** Not `null` once there is one; not the text itself. */
    readonly description: string | null;
    readonly request: Pick<JobRequest, "userId" | "guildId" | "variant" | "speed" | "size" | "loras" | "hd"> & {
      readonly description: string | null;
      /** Further styles, not themselves; absent: none. */
      readonly blend?: true;
    };
  };
}

/** What one person and one server may have unsettled, and what is kept for them already. */
export interface RoomFor {
  readonly perUser: number;
  readonly perGuild: number;
  readonly keptForUser: number;
  readonly keptForGuild: number;
}

/** A job's place in the fair order, and the turn from which places are counted (`turn - base`). */
interface SharedTurn {
  readonly turn: number;
  readonly base: number;
}

/** The queue that several bots and workers share: what `Turns` and `Admission` are to one process. */
export interface SharedQueue {
  /**
   * Writes a new job down with its turn, if its person and its server have room, which it needs none of in the background: one
   * at a time for each of them.
   *
   * @returns `null` when there is no room, and nothing was written
   */
  admit(job: Job, room: RoomFor): Promise<SharedTurn | null>;
  /** A job of this turn was begun. */
  begin(turn: number): Promise<void>;
  /** All that is not settled, running ones first, then in the order they are to run. */
  line(): Promise<readonly LineEntry[]>;
  /** Jobs of the line, whole, and how many there are. @param guildId `undefined`: of all servers */
  snapshot(
    guildId: string | null | undefined,
    limit: number,
  ): Promise<{ readonly jobs: readonly Job[]; readonly running: number; readonly waiting: number }>;
  /** The turn from which places are counted. */
  base(): Promise<number>;
  /** Counts places from now on when the order has gone on by `span` turns since. @returns whether it had */
  rebase(span: number): Promise<boolean>;
}
