/** What the queue needs to remember, as ports; `src/store` implements them over SQLite. */
import type { FaceReport } from "../faces/face-report.ts";
import type { Erased } from "./erased.ts";
import type { Job, JobState, PictureRef } from "./job.ts";
import type { TokenRepository } from "./style.ts";

/** A job with its place in the fair order (`src/jobs/running/fair-order.ts`); lower turns run first. */
export interface QueuedJob {
  readonly job: Job;
  readonly turn: number;
}

/** The fields of a job that change while it is worked on. */
export type JobPatch = Partial<
  Pick<
    Job,
    | "attempts"
    | "variant"
    | "variantReason"
    | "description"
    | "describer"
    | "otherWords"
    | "result"
    | "failure"
    | "lastFault"
    | "startedAt"
    | "settledAt"
  >
>;

/** Who works on a job: whoever holds the newest lease. One given later makes those before it void. */
export interface Lease {
  readonly jobId: string;
  /** Counts the leases of this job, from 1: what a write has to show to be let in (a fencing token). */
  readonly fence: number;
}

/** What somebody has had painted in a server. */
interface Tally {
  /**
   * When each picture was asked for, Unix milliseconds, ascending; without those that failed, or were stopped before they
   * were begun.
   */
  readonly askedAt: readonly number[];
  /** Pictures that wait or are being painted. */
  readonly unsettled: number;
}

export interface JobRepository {
  insert(job: Job, turn: number): Promise<void>;
  get(id: string): Promise<Job | null>;
  /**
   * Takes an unsettled job over, whoever held it: it is `queued`, and nobody else's lease counts any more.
   *
   * @param worker who takes it, for people who look
   * @returns `null` when it is settled or unknown
   */
  claim(id: string, worker: string): Promise<{ readonly job: Job; readonly lease: Lease } | null>;
  /**
   * Moves a job to another state, with the patch, in one guarded write.
   *
   * @param lease of whoever works on it; without one, the move is made over the head of whoever does (a cancel)
   * @returns the job as it stands now, or `null` when the move is not legal from the state it is in (it was
   * cancelled meanwhile, say), or the lease is void; then nothing is written
   */
  transition(id: string, to: JobState, patch?: JobPatch, lease?: Lease): Promise<Job | null>;
  /** Changes fields of a job that is not settled, without moving it. `null` when it is settled or unknown, or the lease void. */
  amend(id: string, patch: JobPatch, lease?: Lease): Promise<Job | null>;
  /** Jobs that are not settled, of this process's servers, in the order they are to run. */
  unsettled(): Promise<readonly QueuedJob[]>;
  /** The newest `limit` finished jobs, oldest first. */
  finished(limit: number): Promise<readonly Job[]>;
  /** The newest `limit` jobs of a person in a server that failed after `since`, newest first. */
  failed(userId: string, guildId: string, since: number, limit: number): Promise<readonly Job[]>;
  /**
   * Jobs of a person in a server (`null`: in none) that are done, the newest first.
   *
   * @param before the id of a job: only older ones
   */
  painted(
    userId: string,
    guildId: string | null,
    page: { readonly limit: number; readonly before?: string },
  ): Promise<readonly Job[]>;
  /** Pictures of a person in a server. @param since Unix milliseconds */
  tally(userId: string, guildId: string, since: number): Promise<Tally>;
  /** How often somebody has changed jobs by hand. */
  handChanges(): Promise<number>;
}

/** One description in the cache. */
interface CaptionKey {
  readonly styleSha256: string;
  /** Id of the describer that wrote it. */
  readonly describer: string;
  /** Of the instruction and the preprocessing (`promptHash`). */
  readonly promptHash: string;
}

export interface CaptionRepository {
  find(key: CaptionKey): Promise<string | null>;
  save(key: CaptionKey, text: string): Promise<void>;
}

/** Whether a picture shows a prominent face, and who says so. A moderator's word stands above the detector's. */
export interface FaceVerdict extends FaceReport {
  readonly source: "detector" | "moderator";
}

export interface PictureRepository {
  /** Records a stored picture's size, and that somebody came with it now. */
  remember(picture: Pick<PictureRef, "sha256" | "width" | "height">): Promise<void>;
  /** Forgets a picture that nothing refers to. @returns `false` when something does, and nothing was done */
  forget(sha256: string): Promise<boolean>;
  /**
   * Likewise, with its captions, and whatever ballots say of which picture it was.
   *
   * @param before only where nobody came with it since, Unix milliseconds
   */
  erase(sha256: string, before?: number): Promise<boolean>;
  faceVerdict(sha256: string): Promise<FaceVerdict | null>;
  /** Records a verdict; a detector's does not replace a moderator's. */
  saveFaceVerdict(sha256: string, verdict: FaceVerdict): Promise<void>;
}

/** A file of the store. */
interface StoredFile {
  readonly sha256: string;
  readonly extension: string;
  readonly bytes: number;
  /** When it was written, Unix milliseconds. */
  readonly writtenAt: number;
}

/** The content-addressed store of picture files (`src/pictures`), perhaps of several machines. */
export interface PictureStore {
  /**
   * Writes the bytes under their hash; atomic, and a second time free.
   *
   * @throws UserError `disk-full` when there is no room; nothing half-written is left
   */
  put(bytes: Uint8Array, extension?: string): Promise<{ readonly sha256: string }>;
  /**
   * A file on this machine with the bytes of this hash, fetched if it was elsewhere. It is read only, and stays for as
   * long as something refers to it. Where there is no such picture, reading the file says so.
   */
  local(sha256: string, extension?: string): Promise<string>;
  has(sha256: string, extension?: string): Promise<boolean>;
  /** Removes a file that nothing refers to; one that is not there is no fault. */
  remove(sha256: string, extension?: string): Promise<void>;
  /** Everything that is stored, in no order; what comes or goes meanwhile may be among it or not. */
  list(): AsyncIterable<StoredFile>;
  /** A file of which nobody knows may be one that is just coming, from any machine, until it is so old, milliseconds. */
  readonly strayMs: number;
  /**
   * Whether it is this installation's alone to tidy. The first that asks has it from then on: whoever comes with another
   * database, by a mistake say, would take all that is there for strays.
   *
   * @param installation its id
   */
  belongsTo(installation: string): Promise<boolean>;
  /** Removes copies on this machine of what was removed elsewhere, and those that nobody asked for in a day. */
  letGo(erased: Erased): Promise<void>;
}

/** Everything the queue remembers through. */
export interface Repositories {
  readonly jobs: JobRepository;
  readonly captions: CaptionRepository;
  readonly pictures: PictureRepository;
  readonly files: PictureStore;
  /** Tokens that were learned for styles. */
  readonly styles?: TokenRepository;
}
