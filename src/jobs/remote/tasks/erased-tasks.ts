/** Takes tasks about what was erased out of the queues, whoever asked for them, and out of the server's own files. */
import { messageOf } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import type { Erased } from "../../erased.ts";
import type { Holder } from "../../erased-watch.ts";
import { markIn } from "../../tasks.ts";
import type { Exchange } from "../exchange.ts";
import { CAPABILITY_OF } from "./wire.ts";

/** Others take out theirs, and what was told has been heard, within so long, milliseconds. */
const SETTLE_MS = 20_000;

export interface ErasedTasksOptions {
  readonly exchange: Exchange;
  readonly log: Logger;
  readonly settleMs?: number;
}

export class ErasedTasks implements Holder {
  readonly #options: ErasedTasksOptions;
  /** Since when nothing of it is in the queues; `null` while something is, or nothing was erased. */
  #cleanSince: number | null = null;

  constructor(options: ErasedTasksOptions) {
    this.#options = options;
  }

  async letGo({ includesMark }: Erased): Promise<boolean> {
    const { exchange, log, settleMs = SETTLE_MS } = this.#options;
    if (await this.#isAnyLeft(includesMark)) {
      this.#cleanSince = null;
      return false;
    }
    this.#cleanSince ??= performance.now();
    if (performance.now() - this.#cleanSince < settleMs) return false;
    try {
      await exchange.scrub(settleMs);
    } catch (error) {
      log.warn({ error: messageOf(error) }, "the server of the queue could not be scrubbed; it is tried again");
      return false;
    }
    this.#cleanSince = null;
    return true;
  }

  /** One that a worker has can be taken out when its lock is over. */
  async #isAnyLeft(includesMark: Erased["includesMark"]): Promise<boolean> {
    let left = false;
    for (const capability of new Set(Object.values(CAPABILITY_OF))) {
      const queue = this.#options.exchange.queue(capability);
      for (const id of await queue.ids()) {
        if (!includesMark(markIn(id))) continue;
        await queue.remove(id);
        left = true;
      }
    }
    return left;
  }
}
