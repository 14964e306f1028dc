/** What a queue tells about its jobs. Presenters switch over it; nothing of it has to be remembered by whoever listens. */
import type { Hindrance } from "../room.ts";
import type { Job } from "./job.ts";

/** The two stages of a job: its style is put into words, it is painted. */
export type JobStage = "caption" | "stylize";

/**
 * What happens to a job, in order: `queued`, then any of the middle ones, then exactly one of `done`, `failed`,
 * `cancelled`. Each carries the job as it stands after the event.
 */
export type JobEvent =
  /** `resumed`: an earlier process had queued it, and told so. */
  | { readonly type: "queued"; readonly job: Job; readonly resumed?: boolean }
  /** The engine began a stage. `attempt` above 1: it is tried again. */
  | { readonly type: "started"; readonly job: Job; readonly stage: JobStage; readonly attempt: number }
  /**
   * The description grows; `done` once, with the whole text, also when it came from the cache or the person. `note`: what
   * people should know about how it came about.
   */
  | {
      readonly type: "description";
      readonly job: Job;
      readonly text: string;
      readonly done: boolean;
      readonly note?: string;
    }
  /** `step` of `steps` is done. `etaSeconds`: until the stage ends, `null` while nobody can tell. */
  | {
      readonly type: "progress";
      readonly job: Job;
      readonly stage: JobStage;
      readonly step: number;
      readonly steps: number;
      readonly etaSeconds: number | null;
    }
  /** A coarse picture: an encoded file that is deleted when the job settles. */
  | {
      readonly type: "preview";
      readonly job: Job;
      readonly path: string;
      readonly step: number;
      readonly steps: number;
      /** As a quick look has it. */
      readonly unsafe: boolean;
    }
  /** Work on the job waits until it can be written down; `null`: it goes on. */
  | { readonly type: "held"; readonly job: Job; readonly by: Hindrance | null }
  /** `job.result` is there, its picture in the store. */
  | { readonly type: "done"; readonly job: Job }
  /** `job.failure` says why, in words for people. */
  | { readonly type: "failed"; readonly job: Job }
  | { readonly type: "cancelled"; readonly job: Job };

/** Is called in the queue's own time: returns at once, and what it throws is logged and goes no further. */
export type JobListener = (event: JobEvent) => void;
