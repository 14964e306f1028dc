/** Work queues and workers as BullMQ has them, over whichever server. */
import {
  isNotConnectionError,
  type BackendFactory,
  type ConnectionOptions,
  DelayedError,
  type Job as BullJob,
  Queue,
  WaitingError,
  Worker,
} from "bullmq";

import type { Capability } from "../../capabilities.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { type Claims, LOCK_TIMES, type Outcome, type Ticket, type WorkQueue, type WorkSettings } from "./exchange.ts";
import { watchLock } from "./lock-watch.ts";

/** What BullMQ needs of a server. */
export interface Backing {
  readonly connection: ConnectionOptions;
  readonly factory: BackendFactory | undefined;
  /** Of all keys in Redis. */
  readonly prefix: string;
  readonly log: Logger;
}

/** The name of a capability's queue at the server. */
const nameOf = (capability: Capability): string => `atelier-${capability}`;

/** Of work that is over nothing is kept: the database is the record. */
const FORGOTTEN = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

/** States of work that is not over. */
const OPEN = ["wait", "prioritized", "delayed", "active"] as const;

/** A pause after a fault of the server, milliseconds; BullMQ's own is 15 s. */
const RETRY_MS = 1000;

/** Before work is offered again that a worker cannot do, milliseconds. */
const LATER_MS = 2000;

/** A server that is away is no news with every try; all else is. */
function tellFault(log: Logger, queue: Capability, error: Error): void {
  const level = isNotConnectionError(error) ? "warn" : "debug";
  log[level]({ queue, error: messageOf(error) }, "a fault of the queue's server");
}

/** How long a worker waits for work before it looks by itself, seconds: a word of new work may have been lost. */
const LOOK_SECONDS = 5;

/** The queues and workers of one process: what of `Exchange` is the same whichever server there is. */
export class Bull {
  readonly #backing: Backing;
  readonly #queues = new Map<Capability, Queue>();
  readonly #workers = new Set<Worker>();

  constructor(backing: Backing) {
    this.#backing = backing;
  }

  readonly queue = <D>(capability: Capability): WorkQueue<D> => {
    const queue = this.#queues.get(capability) ?? openQueue(capability, this.#backing);
    this.#queues.set(capability, queue);
    const { log } = this.#backing;
    return {
      async add(id, data, priority) {
        await queue.add(capability, data, { jobId: id, priority });
      },
      async remove(id) {
        await queue.remove(id).catch((error: unknown) => {
          log.debug({ job: id, error: messageOf(error) }, "work could not be taken out of the queue");
        });
      },
      ids: async () => new Set(await queue.getRanges([...OPEN], 0, -1)),
      async reorder(id, priority) {
        const job = (await queue.getJob(id)) as BullJob | undefined;
        await job?.changePriority({ priority }).catch(() => undefined); // it was taken meanwhile
      },
    };
  };

  readonly work = async <D>(
    capability: Capability,
    settings: WorkSettings,
    run: (ticket: Ticket<D>) => Promise<Outcome>,
  ): Promise<Claims> => {
    const worker = openWorker(capability, settings, run, this.#backing);
    this.#workers.add(worker);
    await worker.waitUntilReady();
    return {
      pause: () => void worker.pause(true),
      close: () => worker.close().finally(() => this.#workers.delete(worker)),
    };
  };

  /** Waits for no work. */
  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.close(true);
    for (const queue of this.#queues.values()) await queue.close();
  }
}

function openQueue(capability: Capability, { connection, factory, prefix, log }: Backing): Queue {
  const options = { connection, prefix, defaultJobOptions: FORGOTTEN, streams: { events: { maxLen: 100 } } };
  const name = nameOf(capability);
  const queue = factory ? (new Queue(name, options, factory) as unknown as Queue) : new Queue(name, options);
  queue.on("error", (error) => tellFault(log, capability, error));
  return queue;
}

function openWorker<D>(
  capability: Capability,
  { name, concurrency, times = LOCK_TIMES }: WorkSettings,
  run: (ticket: Ticket<D>) => Promise<Outcome>,
  { connection, factory, prefix, log }: Backing,
): Worker {
  const process = async (job: BullJob<D>, token: string | undefined): Promise<void> => {
    const [id, proof] = [job.id!, token!];
    const renew = async (): Promise<boolean> => {
      if ((await worker.extendJobLocks([id], [proof], options.lockDuration)).length === 0) return true;
      // A server that has lost its data gives it to nobody else, and the lease in the job's row holds.
      return (await job.getState()) === "unknown";
    };
    const lock = watchLock(times.lockMs, renew);
    let outcome: Outcome;
    try {
      outcome = await run({ id, data: job.data, signal: lock.signal });
      if (outcome === "done" || lock.signal.aborted) return;
    } catch (error) {
      log.error({ job: id, err: error }, "work could not be done");
      throw error;
    } finally {
      lock.stop();
    }
    if (outcome === "later") {
      await job.moveToDelayed(Date.now() + LATER_MS, proof);
      throw new DelayedError();
    }
    await job.moveToWait(proof);
    throw new WaitingError();
  };
  const options = {
    connection,
    prefix,
    name,
    concurrency,
    // PostgreSQL takes whole milliseconds only.
    lockDuration: Math.round(times.lockMs),
    stalledInterval: Math.round(times.checkMs),
    maxStalledCount: 1,
    // Ours goes by the clock, not by when the server answers.
    skipLockRenewal: true,
    runRetryDelay: RETRY_MS,
    drainDelay: LOOK_SECONDS,
  };
  const queue = nameOf(capability);
  const worker = factory
    ? (new Worker(queue, process, options, factory as never) as unknown as Worker)
    : (new Worker<D>(queue, process, options) as Worker);
  worker.on("error", (error) => tellFault(log, capability, error));
  return worker;
}
