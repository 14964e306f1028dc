/** Why a job could not be taken, in words where somebody can do something about it. */
import { asDiskFull, UserError } from "../../errors.ts";
import { hindranceOf } from "../../room.ts";

/** What whoever asked for a job is told of a fault that kept it from being written down. */
export const refusal = (error: unknown): unknown =>
  asDiskFull(error) ??
  (hindranceOf(error) === null
    ? error
    : new UserError("unwritable", { sentence: "error.unwritable" }, { cause: error }));

/** @throws UserError `going-down` once the queue is being closed */
export function assertOpen(closing: AbortSignal): void {
  if (closing.aborted) throw new UserError("going-down", { sentence: "error.going-down" });
}
