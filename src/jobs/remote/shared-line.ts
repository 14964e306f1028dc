/** Places and times in the queue that several bots share, from its rows. */
import type { LineEntry, SharedQueue, WorkerReport, WorkerRepository } from "../fleet.ts";
import type { QueuePlace } from "../queue.ts";
import { type Foreseen, Outlook } from "../running/outlook.ts";
import type { StageHistory } from "../running/stage-history.ts";
import { isRunning } from "../transitions.ts";
import { able, lackAmong } from "./fitness.ts";
import type { KnownJobs } from "./known-jobs.ts";

/** How long what was read counts while nothing is heard. */
const READ_MS = 1000;

export interface SharedLineParts {
  readonly sharedQueue: SharedQueue;
  readonly workers: WorkerRepository;
  readonly history: StageHistory;
  readonly known: KnownJobs;
}

/** The line at one moment. */
class Look {
  readonly entries: readonly LineEntry[];
  readonly #places = new Map<string, number>();
  readonly #running: number;
  readonly #outlook: Outlook;
  readonly #workers: readonly WorkerReport[];

  constructor(entries: readonly LineEntry[], workers: readonly WorkerReport[], { known, history }: SharedLineParts) {
    this.entries = entries;
    for (const [place, { job }] of entries.entries()) this.#places.set(job.id, place);
    this.#running = entries.filter(({ job }) => isRunning(job.state)).length;
    const jobAt = (n: number): Foreseen | undefined => {
      const entry = entries[n];
      if (!entry) return undefined;
      const held = known.get(entry.job.id);
      return {
        job: entry.job,
        begun: isRunning(entry.job.state),
        stage: held?.stage ?? null,
        secondsLeft: held?.secondsLeft ?? null,
      };
    };
    this.#workers = workers;
    const painters = able(workers, "paint");
    const concurrency = Math.max(
      1,
      painters.reduce((sum, worker) => sum + worker.concurrency, 0),
    );
    this.#outlook = new Outlook({ jobAt, history, info: painters[0]?.info ?? null, concurrency });
  }

  place(id: string): QueuePlace | null {
    const n = this.#places.get(id);
    if (n === undefined) return null;
    const { state, startedAt, request } = this.entries[n]!.job;
    const begun = isRunning(state);
    const lacks = begun ? null : lackAmong(request, this.#workers);
    // Nobody can tell when one comes.
    if (lacks !== null) return { ahead: n - this.#running, startsAt: null, endsAt: null, lacks };
    const { at } = this.#outlook;
    const { begins, ends } = this.#outlook.span(n) ?? { begins: null, ends: null };
    const when = (seconds: number | null): number | null => (seconds === null ? null : Math.round(at + seconds * 1000));
    return {
      ahead: begun ? 0 : n - this.#running,
      startsAt: begun ? (startedAt ?? at) : when(begins),
      endsAt: when(ends),
    };
  }

  /** Seconds from now; `null` while nobody can tell. */
  endsIn(id: string): number | null {
    const endsAt = this.place(id)?.endsAt ?? null;
    return endsAt === null ? null : Math.max(0, (endsAt - Date.now()) / 1000);
  }
}

export class SharedLine {
  readonly #parts: SharedLineParts;
  #look: Promise<Look> | null = null;
  #readAt = 0;
  /** The newest one that was read, whether it counts or not. */
  #latest: Look | null = null;

  constructor(parts: SharedLineParts) {
    this.#parts = parts;
  }

  /** What was read counts no more. */
  changed(): void {
    this.#look = null;
  }

  async places(ids: readonly string[]): Promise<ReadonlyMap<string, QueuePlace>> {
    const look = await this.#read();
    const places = new Map<string, QueuePlace>();
    for (const id of ids) {
      const place = look.place(id);
      if (place) places.set(id, place);
    }
    return places;
  }

  /** All that is not settled, read anew. */
  async entries(): Promise<readonly LineEntry[]> {
    this.changed();
    return (await this.#read()).entries;
  }

  /** Seconds until a job will probably be done, by what was read last; `null` while nobody can tell. */
  endsIn(id: string): number | null {
    return this.#latest?.endsIn(id) ?? null;
  }

  #read(): Promise<Look> {
    if (this.#look && performance.now() - this.#readAt < READ_MS) return this.#look;
    const { sharedQueue, workers } = this.#parts;
    this.#readAt = performance.now();
    const look = Promise.all([sharedQueue.line(), workers.present()]).then(
      ([entries, present]) => (this.#latest = new Look(entries, present, this.#parts)),
    );
    look.catch(() => this.changed());
    this.#look = look;
    return look;
  }
}
