/** The folders in which jobs are worked on: each its own, for previews and the unfinished result. */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";

import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";

export class WorkFolders {
  /** Folder of all of them; it need not be there. */
  readonly root: string;
  readonly #log: Logger;

  constructor(root: string, log: Logger) {
    this.root = root;
    this.#log = log;
  }

  /** Made by whoever writes to it. */
  of(jobId: string): string {
    return path.join(this.root, jobId);
  }

  /** Removes a job's folder, or says in the log why not. */
  async clear(jobId: string): Promise<void> {
    await rm(this.of(jobId), { recursive: true, force: true }).catch((error: unknown) => {
      this.#log.warn({ job: jobId, error: messageOf(error) }, "the work folder of a job could not be removed");
    });
  }

  /** Removes those of an earlier process, which may have gone before it could. */
  async clearLeftovers(isWorkedOn: (jobId: string) => boolean): Promise<void> {
    const ids = await readdir(this.root).catch(() => []);
    for (const id of ids) if (!isWorkedOn(id)) await this.clear(id);
  }
}
