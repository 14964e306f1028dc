/** Finds what was lost between the database, the queue's server and this bot: looks at all that is not settled, now and then. */
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import type { LineEntry, SharedQueue, WorkerRepository } from "../fleet.ts";
import { speakAbout } from "../job.ts";
import type { JobRepository } from "../repositories.ts";
import { interruptedWords, MAX_ATTEMPTS } from "../running/failure.ts";
import { isRunning } from "../transitions.ts";
import type { WorkQueue } from "./exchange.ts";
import type { KnownJob, KnownJobs } from "./known-jobs.ts";
import type { PaintTicket } from "./paint-work.ts";
import { priorityOf, ticketOf } from "./priority.ts";
import type { SharedLine } from "./shared-line.ts";

const EVERY_MS = 5000;

/** A worker that has just begun a job says so within so many looks: every 10 s (`presence.ts`). */
const SAID_LOOKS = 3;

/** Places are counted anew when the order has gone on by so many turns: well before priorities run out. */
const SPAN = 1_000_000;

/** In the name of whom a job is given up that nobody has. */
const SWEEPER = "sweep";

export interface SweepParts {
  readonly jobs: JobRepository;
  readonly sharedQueue: SharedQueue;
  readonly workers: Pick<WorkerRepository, "present">;
  readonly queue: WorkQueue<PaintTicket>;
  readonly line: SharedLine;
  readonly known: KnownJobs;
  /** Tells what the row of a job says and was not told yet. */
  readonly look: (held: KnownJob) => Promise<void>;
  readonly log: Logger;
  readonly everyMs?: number;
}

export class Sweep {
  readonly #parts: SweepParts;
  /** Jobs that no worker has or could get, and since when, by `performance.now()`: one that is just being added is not lost. */
  #missing: ReadonlyMap<string, number> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | null = null;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** Adds at once what an earlier process left, and sweeps from now on. */
  async start(): Promise<void> {
    await this.#once(true);
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.#once(false)
        .catch((error: unknown) => {
          this.#parts.log.warn({ error: messageOf(error) }, "what was lost could not be looked for");
        })
        .finally(() => (this.#sweeping = null));
    }, this.#parts.everyMs ?? EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  async #once(isFirst: boolean): Promise<void> {
    const { queue, line, known, look, sharedQueue, everyMs = EVERY_MS } = this.#parts;
    // In this order: what is settled meanwhile is missing in neither.
    const entries = await line.entries();
    const there = await queue.ids();
    const base = await this.#rebased(entries, there);
    const missing = entries.filter(({ job }) => !there.has(job.id));
    const held = missing.length === 0 ? null : await this.#heldByWorkers();
    const now = performance.now();
    const before = this.#missing;
    const since = new Map<string, number>();
    for (const entry of missing) {
      const { id, state } = entry.job;
      if (held?.has(id)) continue;
      since.set(id, before.get(id) ?? now);
      const isLost = isRunning(state) ? now - since.get(id)! >= SAID_LOOKS * everyMs : isFirst || before.has(id);
      if (!isLost) continue;
      if (entry.job.attempts >= MAX_ATTEMPTS) await this.#giveUp(entry);
      else
        await queue.add(entry.job.id, ticketOf(entry.turn), priorityOf(entry.turn, base ?? (await sharedQueue.base())));
    }
    this.#missing = since;
    const states = new Map(entries.map(({ job }) => [job.id, job.state]));
    for (const shown of known.all()) {
      const state = states.get(shown.job.id);
      if (state === undefined || isRunning(state) !== isRunning(shown.job.state)) await look(shown);
    }
  }

  /** Jobs that workers say they have, whatever the queue's server says. */
  async #heldByWorkers(): Promise<ReadonlySet<string>> {
    return new Set((await this.#parts.workers.present()).flatMap(({ jobs = [] }) => jobs));
  }

  /** Nobody works on it any more, and it was begun as often as it may be. */
  async #giveUp({ job: { id } }: LineEntry): Promise<void> {
    const { jobs, known, look, log } = this.#parts;
    const claimed = await jobs.claim(id, SWEEPER);
    if (!claimed) return;
    const { request, lastFault } = claimed.job;
    const failure = speakAbout(request, () => interruptedWords(lastFault));
    await jobs.transition(id, "failed", { failure, settledAt: Date.now() }, claimed.lease);
    log.warn({ job: id }, "a job was given up that workers went down with");
    const held = known.get(id);
    if (held) await look(held);
  }

  /** Gives all that waits its priority anew, when turns have gone on far. */
  async #rebased(entries: readonly LineEntry[], there: ReadonlySet<string>): Promise<number | null> {
    const { queue, sharedQueue } = this.#parts;
    if (!(await sharedQueue.rebase(SPAN))) return null;
    const base = await sharedQueue.base();
    for (const { job, turn } of entries) if (there.has(job.id)) await queue.reorder(job.id, priorityOf(turn, base));
    return base;
  }
}
