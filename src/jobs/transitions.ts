/** The states of a job and the moves between them that are legal. */
import { JOB_STATES, type JobState } from "./job.ts";

/**
 * A running job goes back to `queued` when it waits for the other stage's device, when its attempt failed and it is
 * tried again, and when the process that ran it went down.
 */
const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ["captioning", "stylizing", "failed", "cancelled"],
  captioning: ["stylizing", "queued", "failed", "cancelled"],
  stylizing: ["done", "queued", "failed", "cancelled"],
  done: [],
  failed: [],
  cancelled: [],
};

/** The states from which a job may go to another one. Settled states are left by no move. */
export const statesBefore = (to: JobState): readonly JobState[] => JOB_STATES.filter((from) => NEXT[from].includes(to));

/** States of a job that an engine works on. */
export const isRunning = (state: JobState): boolean => state === "captioning" || state === "stylizing";
