/** A worker's part in describing pictures, finding faces and seeing styles. */
import type { Tasks } from "../../tasks.ts";
import { TaskWork, type TaskWorkOptions } from "./task-work.ts";

/** So that a look of a moment need not wait for a long description. */
const AT_ONCE = 2;

export type CaptionWorkOptions = Omit<TaskWorkOptions, "capability" | "concurrency" | "run"> & {
  /** Of this machine's engine. */
  readonly tasks: Tasks;
};

export const createCaptionWork = ({ tasks, ...options }: CaptionWorkOptions): TaskWork =>
  new TaskWork({
    ...options,
    capability: "caption",
    concurrency: AT_ONCE,
    run(ticket, hooks) {
      if (ticket.kind === "learn") throw new TypeError("Learning has a queue of its own");
      const { kind, picture, tries } = ticket;
      if (kind === "faces") return tasks.findFaces(picture, { ...hooks, tries });
      if (kind === "safety") return tasks.isUnsafe(picture, { ...hooks, tries });
      if (kind === "describe") return tasks.describe(picture, { ...hooks, tries });
      return tasks.styleVector(picture, { ...hooks, tries });
    },
  });
