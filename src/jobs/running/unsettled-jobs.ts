/** The jobs that are not settled: which there are, in what order they run, and when they will probably be done. */
import type { Engine } from "../engine.ts";
import type { Job } from "../job.ts";
import type { QueuePlace, QueueSnapshot } from "../queue.ts";
import type { QueuedJob } from "../repositories.ts";
import { isRunning } from "../transitions.ts";
import { Turns } from "./fair-order.ts";
import type { Span } from "./forecast.ts";
import { Holdings } from "./holdings.ts";
import { JobLine } from "./job-line.ts";
import { Outlook } from "./outlook.ts";
import type { StageHistory } from "./stage-history.ts";
import { TrackedJob, type TrackedParts } from "./tracked-job.ts";

/** How long an outlook counts while nothing happens. */
const OUTLOOK_MS = 1000;

const UNKNOWN: Span = { begins: null, ends: null };

export interface UnsettledJobsParts extends TrackedParts {
  readonly engine: Pick<Engine, "info">;
  readonly history: StageHistory;
  /** Jobs that are painted at once. */
  readonly concurrency: number;
}

export class UnsettledJobs {
  readonly #parts: UnsettledJobsParts;
  /** All of them, then those that a lane has, and those that wait for one. */
  readonly #all = new Map<string, TrackedJob>();
  readonly #begun = new JobLine();
  readonly #waiting = new JobLine();
  readonly #holdings = new Holdings<TrackedJob>();
  /** Those that take room of their person and server. */
  readonly #waitedFor = new Holdings<TrackedJob>();
  readonly #order = new Turns();
  /** `null`: something has changed since somebody looked. */
  #outlook: Outlook | null = null;

  constructor(parts: UnsettledJobsParts) {
    this.#parts = parts;
    parts.news.subscribe(() => this.changed());
  }

  get(id: string): TrackedJob | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<TrackedJob> {
    return this.#all.values();
  }

  /** Without those in the background. @param userId somebody's jobs, on all servers */
  ofUser(userId: string): ReadonlySet<TrackedJob> {
    return this.#waitedFor.ofUser(userId);
  }

  /** Without those in the background. @param guildId `null`: those of no server */
  ofGuild(guildId: string | null): ReadonlySet<TrackedJob> {
    return this.#waitedFor.ofGuild(guildId);
  }

  /** Takes a new job in: it gets its turn. */
  add(job: Job): TrackedJob {
    return this.#add(job, this.#order.join(job.request));
  }

  /** Takes in what an earlier process left, in the order of turns; each job keeps its own. */
  takeUp(left: readonly QueuedJob[]): TrackedJob[] {
    this.#order.rejoin(left);
    return left.map(({ job, turn }) => this.#add(job, turn));
  }

  #add(job: Job, turn: number): TrackedJob {
    const tracked = new TrackedJob(job, turn, this.#parts);
    this.#all.set(job.id, tracked);
    this.#waiting.add(tracked);
    this.#holdings.add(tracked, job.request);
    if (!job.request.background) this.#waitedFor.add(tracked, job.request);
    this.changed();
    return tracked;
  }

  /** A lane takes the job. */
  begin(tracked: TrackedJob): void {
    this.#order.begin(tracked.turn);
    if (tracked.begun) return;
    tracked.begun = true;
    this.#waiting.remove(tracked);
    this.#begun.add(tracked);
    this.changed();
  }

  remove(tracked: TrackedJob): void {
    this.#all.delete(tracked.job.id);
    (tracked.begun ? this.#begun : this.#waiting).remove(tracked);
    for (const holdings of [this.#holdings, this.#waitedFor]) holdings.remove(tracked, tracked.job.request);
    this.changed();
  }

  /** What was foretold counts no more. */
  changed(): void {
    this.#outlook = null;
  }

  /** @param guildId `undefined`: of all servers */
  snapshot(guildId: string | null | undefined, limit: number): QueueSnapshot {
    const isWanted = ({ job }: TrackedJob): boolean => guildId === undefined || job.request.guildId === guildId;
    const begun = [...this.#begun].filter(isWanted);
    const all = guildId === undefined ? this.#all.size : this.#holdings.ofGuild(guildId).size;
    const jobs: Job[] = [];
    for (const line of [begun, this.#waiting]) {
      for (const tracked of line) {
        if (jobs.length >= Math.min(limit, all)) break;
        if (isWanted(tracked)) jobs.push(tracked.job);
      }
    }
    const running = begun.filter(({ job }) => isRunning(job.state)).length;
    return { jobs, running, waiting: all - running };
  }

  place(tracked: TrackedJob): QueuePlace {
    const { begun, job } = tracked;
    const { at, span } = this.#foresee(tracked);
    const when = (seconds: number | null): number | null => (seconds === null ? null : Math.round(at + seconds * 1000));
    return {
      ahead: begun ? 0 : this.#waiting.ahead(tracked),
      startsAt: begun ? (job.startedAt ?? Date.now()) : when(span.begins),
      endsAt: when(span.ends),
    };
  }

  /** Seconds until the job will probably be done; `null` while there is nothing to estimate from. */
  endsIn(tracked: TrackedJob): number | null {
    const { at, span } = this.#foresee(tracked);
    return span.ends === null ? null : Math.max(0, span.ends - (Date.now() - at) / 1000);
  }

  #foresee(tracked: TrackedJob): { readonly at: number; readonly span: Span } {
    if (!this.#outlook || Date.now() - this.#outlook.at > OUTLOOK_MS) {
      const { history, engine, concurrency } = this.#parts;
      const jobAt = (n: number): TrackedJob | undefined =>
        this.#begun.at(n) ?? this.#waiting.at(n - this.#begun.length);
      this.#outlook = new Outlook({ jobAt, history, info: engine.info, concurrency });
    }
    const place = tracked.begun ? this.#begun.ahead(tracked) : this.#begun.length + this.#waiting.ahead(tracked);
    return { at: this.#outlook.at, span: this.#outlook.span(place) ?? UNKNOWN };
  }
}
