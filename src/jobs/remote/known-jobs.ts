/** The jobs that a bot shows and that are not settled, as far as it has heard of them. */
import type { JobStage } from "../events.ts";
import type { Job } from "../job.ts";
import { Holdings } from "../running/holdings.ts";

export class KnownJob {
  /** As it stood when it was last heard of. */
  job: Job;
  /** Of whoever works on it. */
  fence = 0;
  /** The stage that runs, and when it will probably end, by `performance.now()`. */
  stage: JobStage | null = null;
  endsAt: number | null = null;
  /** What is heard of it is taken in one after the other. */
  #mail: Promise<void> = Promise.resolve();

  constructor(job: Job) {
    this.job = job;
  }

  get secondsLeft(): number | null {
    return this.endsAt === null ? null : Math.max(0, (this.endsAt - performance.now()) / 1000);
  }

  /** Does `work` when all that was heard before is taken in. It does not throw. */
  inTurn(work: () => void | Promise<void>): Promise<void> {
    return (this.#mail = this.#mail.then(work));
  }
}

export class KnownJobs {
  readonly #all = new Map<string, KnownJob>();
  /** Those that take room of their person and server: none in the background. */
  readonly #holdings = new Holdings<KnownJob>();

  get(id: string): KnownJob | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<KnownJob> {
    return this.#all.values();
  }

  add(job: Job): KnownJob {
    const known = new KnownJob(job);
    this.#all.set(job.id, known);
    if (!job.request.background) this.#holdings.add(known, job.request);
    return known;
  }

  remove({ job }: KnownJob): void {
    const known = this.#all.get(job.id);
    if (known) this.#holdings.remove(known, job.request);
    this.#all.delete(job.id);
  }

  ofUser(userId: string): ReadonlySet<KnownJob> {
    return this.#holdings.ofUser(userId);
  }

  ofGuild(guildId: string | null): ReadonlySet<KnownJob> {
    return this.#holdings.ofGuild(guildId);
  }
}
