/** The queue as a port: what commands, presenters and comparisons know of it, whichever adapter runs the jobs. */
import type { JobListener } from "./events.ts";
import type { Job, JobRequest } from "./job.ts";

/** Who asks for jobs, and where. */
export type Asker = Pick<JobRequest, "userId" | "guildId">;

/** Room in the queue that is kept for jobs whose pictures are still on their way. */
export interface Reservation {
  /** Room for one job is used. @returns `false` when none is left */
  take(): boolean;
  /** Gives up what was not used; a second time does nothing. */
  release(): void;
}

/** What no worker that is there has, and a job waits for: anybody who paints, one that blends styles, a diffusion engine, or memory for its HD. */
export type Lack = "worker" | "blends" | "diffusion" | "memory";

/** Where an unsettled job stands. */
export interface QueuePlace {
  /** Jobs that will run before this one; 0 when it is next or already running. */
  readonly ahead: number;
  /** Unix milliseconds when it will probably begin and end; `null` while there is nothing to estimate from. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** Why it is not begun before a worker comes; absent where some worker can paint it. */
  readonly lacks?: Lack;
}

/** The queue at one moment. */
export interface QueueSnapshot {
  /** In the order they will run; running ones first. At most as many as were asked for. */
  readonly jobs: readonly Job[];
  /** Jobs an engine works on, whether they are among `jobs` or not. */
  readonly running: number;
  /** All others that are not settled, likewise. */
  readonly waiting: number;
}

/**
 * The queue port: takes requests, runs each through captioning and stylization once, and tells what happens.
 * One contract suite (`test/jobs/queue-contract.ts`) holds for every adapter.
 */
export interface JobQueue {
  /**
   * Keeps room for jobs of this person in this server, before their pictures are fetched; they count as queued until they
   * are, or the reservation is released.
   *
   * @throws UserError when the person or the server has too many jobs waiting; says when to come back
   */
  reserve(asker: Asker, jobs?: number): Reservation;
  /**
   * Queues a request. The job is remembered, and told as `queued`, when this resolves.
   *
   * @param reservation room that was kept for it
   * @throws UserError when there is no room (left); says when to come back
   */
  enqueue(request: JobRequest, reservation?: Reservation): Promise<Job>;
  /** A job as it stands, settled ones too; `null` when there is none of this id. */
  get(id: string): Promise<Job | null>;
  /** `null` when it is settled or unknown. */
  place(id: string): Promise<QueuePlace | null>;
  /** Of several jobs at once, by their ids; settled and unknown ones have none. */
  places(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePlace>>;
  /**
   * What waits and runs.
   *
   * @param guildId those of one server only; `null`: of none
   * @param limit jobs that are wanted; all are counted
   */
  snapshot(guildId?: string | null, limit?: number): Promise<QueueSnapshot>;
  /** Stops a job that waits or runs. `false` when it was already settled. */
  cancel(id: string): Promise<boolean>;
  /** Hears of every event from now on, at once and in order. @returns a function that ends the subscription */
  subscribe(listener: JobListener): () => void;
  /** Call once at start, after subscribing: takes up what an earlier process left, each job at most once more. */
  resume(): Promise<void>;
  /** Stops taking and running; what runs is left to be resumed. */
  close(): Promise<void>;
}
