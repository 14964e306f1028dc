/** Tells whoever listens what happens to jobs. */
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { JobEvent, JobListener } from "../events.ts";

/** No listener hears of another's failure, and no job either. */
export class JobNews {
  readonly #listeners = new Set<JobListener>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Those who came first hear first. @returns a function that ends the subscription */
  subscribe(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** At once, to all in turn. */
  tell(event: JobEvent): void {
    const job = event.job.id;
    if (event.type === "held" && event.by !== null)
      this.#log.error({ job, by: event.by }, "nothing can be written; a job waits");
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error({ job, event: event.type, error: messageOf(error) }, "a job listener failed");
      }
    }
  }

  /** Nobody is told any more. */
  close(): void {
    this.#listeners.clear();
  }
}
