/** Notices what somebody changes in the database by hand while the queue runs (`atelier jobs retry`, `cancel`). */
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { JobRepository } from "../repositories.ts";

const LOOK_EVERY_MS = 2000;

/**
 * Calls `changed` when jobs have been changed by hand since it was called last.
 *
 * @returns a function that ends the watch
 */
export function watchHandChanges(jobs: JobRepository, log: Logger, changed: () => Promise<void>): () => void {
  let known: number | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout;
  const look = async (): Promise<void> => {
    try {
      const changes = await jobs.handChanges();
      if (known !== null && changes !== known && !stopped) await changed();
      known = changes;
    } catch (error) {
      // It is looked again, and what was not taken up is taken up then.
      log.debug({ error: messageOf(error) }, "changes by hand could not be looked for");
    }
    if (!stopped) timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
