/** A worker's place among the others: it announces itself, and ends when the bot speaks what it does not understand. */
import { messageOf, UserError } from "../../errors.ts";
import type { Logger } from "../../log.ts";
import { GONE_AFTER_MS, PROTOCOL, type WorkerReport, type WorkerRepository } from "../fleet.ts";
import { able } from "./fitness.ts";

/** So that one word that is lost makes nobody gone. */
const EVERY_MS = GONE_AFTER_MS / 3;

/** How much older than the bot a worker may be. */
const OLDEST = 1;

/**
 * Whether this program can work for the bot that started last.
 *
 * @throws UserError `worker-too-old` or `worker-too-new`
 */
export async function refuseStranger(workers: WorkerRepository, own: number = PROTOCOL): Promise<void> {
  const spoken = await workers.spoken();
  if (spoken === null || (own <= spoken && own >= spoken - OLDEST)) return;
  throw own > spoken
    ? new UserError(
        "worker-too-new",
        `This worker is newer than the bot (${own} to ${spoken}) and would not understand it. Update and start the bot first.`,
      )
    : new UserError(
        "worker-too-old",
        `This worker is too old for the bot (${own} to ${spoken}). Update Atelier on this machine.`,
      );
}

/** For whoever watches a bot: why nothing would be painted just now. */
export async function missingPainter(workers: Pick<WorkerRepository, "present">): Promise<string | null> {
  return able(await workers.present(), "paint").length > 0 ? null : "no worker that paints is there";
}

/** One kind of work that a worker takes from its queue. */
export interface Work {
  /** Ids of the jobs that it has at the moment. */
  readonly jobs: readonly string[];
  start(): Promise<void>;
  /** Looks now and then whether what it does is still wanted. */
  check(): Promise<void>;
  /** Takes no more, and gives back what is not done. */
  close(): Promise<void>;
}

export interface PresenceParts {
  readonly workers: WorkerRepository;
  readonly report: Omit<WorkerReport, "protocol" | "busy" | "jobs">;
  readonly works: readonly Work[];
  readonly log: Logger;
}

export class Presence {
  /** Resolves when the worker has to end, with the reason in words. */
  readonly ended: Promise<UserError>;
  readonly #parts: PresenceParts;
  #end!: (reason: UserError) => void;
  #timer: NodeJS.Timeout | undefined;
  #saying: Promise<void> | null = null;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Announces the worker, and says from now on that it is there. */
  async start(): Promise<void> {
    await this.#say();
    this.#timer = setInterval(() => {
      this.#saying ??= this.#again().finally(() => (this.#saying = null));
    }, EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saying;
    await this.#parts.workers.leave(this.#parts.report.name);
  }

  async #say(): Promise<void> {
    const { workers, report, works } = this.#parts;
    const jobs = works.flatMap((work) => work.jobs);
    await workers.report({ ...report, protocol: PROTOCOL, busy: jobs.length, jobs });
  }

  async #again(): Promise<void> {
    const { workers, works, log } = this.#parts;
    try {
      await this.#say();
      for (const work of works) await work.check();
      await refuseStranger(workers);
    } catch (error) {
      if (error instanceof UserError) this.#end(error);
      else log.warn({ error: messageOf(error) }, "the database does not hear this worker");
    }
  }
}
