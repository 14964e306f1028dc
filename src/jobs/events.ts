/** What a queue tells about its jobs. */
import type { Hindrance } from "../room.ts";
import type { Job } from "./job.ts";

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
    }
  /** Work on the job waits until it can be written down; `null`: it goes on. */
  | { readonly type: "held"; readonly job: Job; readonly by: Hindrance | null }
  | { readonly type: "done"; readonly job: Job }
  | { readonly type: "failed"; readonly job: Job }
  | { readonly type: "cancelled"; readonly job: Job };

export type JobListener = (event: JobEvent) => void;
