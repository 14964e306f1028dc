/** Hears in one process what was erased in any, and has whoever holds something of it here let go. */
import { messageOf } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Engine } from "./engine.ts";
import { type Erased, type ErasedRepository, markOf, TOLD_FOR_MS } from "./erased.ts";

/** How often it is looked: well within the minute that members are promised. */
const EVERY_MS = 5000;
const BATCH = 5000;
const HOUR_MS = 3_600_000;

/** Whoever may hold something that was erased: copies, what is kept in memory, work that is asked for. */
export interface Holder {
  /** May be asked again for the same. @returns `false`: not all of it could go yet; it is asked again at the next look */
  letGo(erased: Erased): Promise<boolean | void> | boolean | void;
}

export interface ErasedWatchOptions {
  readonly erased: ErasedRepository;
  readonly holders: readonly Holder[];
  readonly log: Logger;
  readonly everyMs?: number;
}

/** What a holder has not let go of yet. */
interface Open {
  readonly holder: Holder;
  marks: Set<string>;
  isWhole: boolean;
}

export class ErasedWatch {
  readonly #options: ErasedWatchOptions;
  readonly #open: readonly Open[];
  /** Id of what was heard last. */
  #last = 0;
  #lookedAt = Date.now();
  #droppedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: ErasedWatchOptions) {
    this.#options = options;
    this.#open = options.holders.map((holder) => ({ holder, marks: new Set<string>(), isWhole: false }));
  }

  /**
   * Lets go of what was erased while this process was away, and hears from then on.
   *
   * @throws what keeps it from being read
   */
  async start(): Promise<void> {
    await this.#hear();
    // What is in memory is not older than this process.
    for (const open of this.#open) open.isWhole = false;
    await this.#letGo();
    const { log, everyMs = EVERY_MS } = this.#options;
    this.#timer = setInterval(() => {
      this.look().catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, "what was erased is looked for again in a moment");
      });
    }, everyMs).unref();
  }

  /** Looks at once, after a look that is under way. @throws what keeps it from being read */
  look(): Promise<void> {
    const looked = this.#looking.then(async () => {
      await this.#hear();
      await this.#letGo();
    });
    this.#looking = looked.catch(() => undefined);
    return looked;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #hear(): Promise<void> {
    const { erased } = this.#options;
    // A process that stood still for long may have missed what is told no more.
    const isLate = Date.now() - this.#lookedAt > TOLD_FOR_MS / 2;
    let isMore = true;
    while (isMore) {
      const told = await erased.since(this.#last, BATCH);
      for (const open of this.#open) {
        for (const { mark } of told) open.marks.add(mark);
        open.isWhole ||= isLate || told.some(({ isWhole }) => isWhole);
      }
      this.#last = told.at(-1)?.id ?? this.#last;
      isMore = told.length === BATCH;
    }
    this.#lookedAt = Date.now();
    if (this.#lookedAt - this.#droppedAt < HOUR_MS) return;
    await erased.dropOld();
    this.#droppedAt = this.#lookedAt;
  }

  async #letGo(): Promise<void> {
    for (const open of this.#open) {
      const { holder, marks, isWhole } = open;
      if (marks.size === 0 && !isWhole) continue;
      const includesMark = (mark: string): boolean => marks.has(mark);
      const erased: Erased = { includes: (name) => includesMark(markOf(name)), includesMark, isWhole };
      try {
        if ((await holder.letGo(erased)) === false) continue;
        open.marks = new Set();
        open.isWhole = false;
      } catch (error) {
        this.#options.log.warn({ error: messageOf(error) }, "what was erased is let go of in a moment");
      }
    }
  }
}

/** What an engine keeps of pictures, in the memory of its process. */
export const memoryOf = (engine: Pick<Engine, "forget">): Holder => ({
  letGo: ({ isWhole }) => engine.forget(isWhole),
});
