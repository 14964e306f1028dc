/** The processes of a reader: one is always ready, more are started when files wait for it, each has one file at a time. */
import { CancelledError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { Backoff } from "../process/backoff.ts";
import { ChildLink, type Dialogue } from "../process/child-link.ts";
import { waitFor } from "../retry.ts";
import { fromReaderSchema, type Full, type ReaderInfo, type ReaderTask } from "./messages.ts";

/** A message that asks for work, before it gets its number. */
export type Work = ReaderTask extends infer M ? (M extends ReaderTask ? Omit<M, "task"> : never) : never;

interface ReaderDialogue extends Dialogue {
  readonly info: ReaderInfo;
  readonly work: Work;
  /** The task takes more memory than it may, and the process ends for it. */
  readonly news: Full;
}

export type ReaderLink = ChildLink<ReaderDialogue>;

export interface ReaderPoolOptions {
  readonly module: string;
  readonly log: Logger;
  /** Processes at once. */
  readonly most: number;
  /** What one process may hold, bytes. */
  readonly memoryBytes: number;
}

/** How long a process may take to be ready. */
const START_MS = 60_000;
/** A file waits this long for a process that is at work before another one is started. */
const PATIENCE_MS = 250;
/** How long a process beyond the first is kept without work. */
const IDLE_MS = 60_000;
/** For JavaScript's own objects; pixels lie outside of it. */
const HEAP_MB = 256;

interface Waiting {
  readonly resolve: (link: ReaderLink) => void;
  readonly reject: (error: unknown) => void;
}

export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #links = new Set<ReaderLink>();
  /** Those without work, with the timers that end them. */
  readonly #free = new Map<ReaderLink, NodeJS.Timeout>();
  /** Whoever came first is served first. */
  readonly #waiting = new Set<Waiting>();
  readonly #backoff = new Backoff();
  #starting = 0;
  #stopped = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
  }

  get pids(): readonly number[] {
    return [...this.#links].flatMap(({ pid }) => pid ?? []);
  }

  /** Sees to it that there is a process, or will be. */
  warm(): void {
    if (!this.#stopped && this.#links.size + this.#starting === 0) void this.#start();
  }

  /**
   * A process for one file, to be given back when that is done.
   *
   * @param signal ends the waiting, with its reason
   * @throws CancelledError when the pool was stopped, what keeps a process from starting
   */
  async take(signal?: AbortSignal): Promise<ReaderLink> {
    signal?.throwIfAborted();
    if (this.#stopped) throw new CancelledError("the reader was stopped");
    const free = [...this.#free.keys()].find(({ alive }) => alive);
    if (free) {
      clearTimeout(this.#free.get(free));
      this.#free.delete(free);
      return free;
    }
    this.warm();
    const enlarge = setInterval(() => {
      if (this.#starting === 0 && this.#links.size < this.#options.most) void this.#start();
    }, PATIENCE_MS);
    let giveUp = (): void => undefined;
    try {
      return await new Promise<ReaderLink>((resolve, reject) => {
        const entry = { resolve, reject };
        this.#waiting.add(entry);
        giveUp = () => {
          this.#waiting.delete(entry);
          reject(signal!.reason as Error);
        };
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    } finally {
      clearInterval(enlarge);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  giveBack(link: ReaderLink): void {
    if (!link.alive || this.#stopped) return;
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      return next.resolve(link);
    }
    const end = setTimeout(() => {
      if (this.#links.size > 1) void link.stop();
    }, IDLE_MS);
    this.#free.set(link, end.unref());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#free.values()) clearTimeout(timer);
    this.#refuse(new CancelledError("the reader was stopped"));
    await Promise.all([...this.#links].map((link) => link.stop()));
  }

  #refuse(reason: Error): void {
    for (const { reject } of this.#waiting) reject(reason);
    this.#waiting.clear();
  }

  async #start(): Promise<void> {
    this.#starting++;
    try {
      await waitFor(this.#backoff.remaining());
      if (!this.#stopped) this.giveBack(await this.#open());
      this.#backoff.succeeded();
    } catch (error) {
      this.#backoff.failed();
      if (!this.#stopped) this.#options.log.error({ err: error }, "a reader process cannot start");
      this.#refuse(new Error("no reader process starts", { cause: error }));
    } finally {
      this.#starting--;
    }
  }

  async #open(): Promise<ReaderLink> {
    const { module, log, memoryBytes } = this.#options;
    const link: ReaderLink = new ChildLink<ReaderDialogue>({
      name: "reader",
      module,
      fork: { nodeOptions: [`--max-old-space-size=${HEAP_MB}`] },
      start: { memoryBytes },
      messages: fromReaderSchema,
      log,
      startMs: START_MS,
      onGone: () => {
        clearTimeout(this.#free.get(link));
        this.#free.delete(link);
        this.#links.delete(link);
        this.warm();
      },
    });
    this.#links.add(link);
    await link.ready;
    return link;
  }
}
