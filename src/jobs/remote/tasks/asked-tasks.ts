/** Tasks that this bot has asked workers for: hears what becomes of them, and asks again for what was lost. */
import type { Capability } from "../../../capabilities.ts";
import { CancelledError, EngineError, messageOf } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import { fromWire } from "../../../process/wire-error.ts";
import type { EngineHooks } from "../../engine.ts";
import type { Erased } from "../../erased.ts";
import { markIn } from "../../tasks.ts";
import type { Exchange, Told, WorkQueue } from "../exchange.ts";
import {
  answerSchema,
  CAPABILITY_OF,
  PRIORITY_OF,
  type StopOrder,
  type TaskNews,
  type TaskTicket,
  toldSchema,
} from "./wire.ts";

/** How often it is looked whether what was asked for is still there. */
const WATCH_MS = 2000;
/** A task that is gone may have been done just now: its answer is on its way for so many looks. */
const PATIENT_LOOKS = 2;
/** Asked for again without any news in between, a task counts as one that brings workers down. */
const MOST_LOST = 3;

export interface AskHooks extends Required<Pick<EngineHooks, "signal">> {
  /** @param bytes what came with it */
  readonly onNews: (news: TaskNews, bytes: Told["bytes"]) => Promise<void> | void;
  /** Called at each look. */
  readonly onLook?: () => void;
}

interface Asked {
  readonly id: string;
  readonly ticket: TaskTicket;
  readonly hooks: AskHooks;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Looks in a row at which it was gone. */
  gone: number;
  lost: number;
  /** What it is about was erased: nobody wants it any more. */
  isErased: boolean;
  /** What is told is taken in one after the other. */
  hearing: Promise<void>;
}

const isUnwanted = ({ hooks, isErased }: Asked): boolean => hooks.signal.aborted || isErased;

export interface AskedTasksOptions {
  readonly exchange: Exchange;
  readonly log: Logger;
  readonly watchMs?: number;
  /** Called at each look. */
  readonly onLook: () => Promise<void>;
}

export class AskedTasks {
  readonly #options: AskedTasksOptions;
  readonly #asked = new Map<string, Asked>();
  readonly #queues = new Map<Capability, WorkQueue<TaskTicket>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #closed = false;
  #deaf = (): void => undefined;

  constructor(options: AskedTasksOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { exchange, watchMs = WATCH_MS } = this.#options;
    this.#deaf = await exchange.listen("news", (told) => this.#hear(told));
    this.#timer = setInterval(() => void this.look(), watchMs);
  }

  /** What is asked for is left to the workers. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#deaf();
    await this.#looking;
    for (const asked of this.#asked.values()) this.#end(asked, () => asked.reject(new CancelledError()));
  }

  /**
   * Asks, and waits for the answer. Told to stop, it waits until the worker has.
   *
   * @param id one that is under way for another bot is waited for
   */
  async ask(id: string, ticket: TaskTicket, hooks: AskHooks): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#asked.set(id, {
        id,
        ticket,
        hooks,
        resolve,
        reject,
        gone: 0,
        lost: 0,
        isErased: false,
        hearing: Promise.resolve(),
      });
    });
    answer.catch(() => undefined);
    const stop = (): void => void this.#stop(id);
    hooks.signal.addEventListener("abort", stop, { once: true });
    try {
      // What cannot be added now is missed at a later look.
      await this.#add(id, ticket).catch((error: unknown) => {
        this.#options.log.debug({ task: id, error: messageOf(error) }, "a task could not be asked for yet");
      });
      return await answer;
    } finally {
      hooks.signal.removeEventListener("abort", stop);
      this.#asked.delete(id);
      // An answer that was on its way when it was asked for leaves the question behind.
      await this.#withdraw(id, ticket);
    }
  }

  /** Stops what is about things that were erased. */
  async letGo({ includesMark }: Erased): Promise<void> {
    for (const asked of this.#asked.values()) {
      if (!includesMark(markIn(asked.id))) continue;
      asked.isErased = true;
      await this.#stop(asked.id);
    }
  }

  /** Looks what has become of all that was asked for. */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow()
      .catch((error: unknown) => {
        this.#options.log.debug({ error: messageOf(error) }, "the queue of tasks could not be looked at");
      })
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    await this.#options.onLook();
    const ids = new Map<WorkQueue<TaskTicket>, ReadonlySet<string>>();
    for (const asked of this.#asked.values()) {
      asked.hooks.onLook?.();
      const queue = this.#queueOf(asked.ticket);
      const there = ids.get(queue) ?? (await queue.ids());
      ids.set(queue, there);
      if (!this.#asked.has(asked.id)) continue;
      if (there.has(asked.id)) {
        asked.gone = 0;
        if (isUnwanted(asked)) await this.#stop(asked.id);
      } else await this.#miss(asked);
    }
  }

  async #miss(asked: Asked): Promise<void> {
    const { id, ticket } = asked;
    if (isUnwanted(asked)) return this.#end(asked, () => asked.reject(new CancelledError()));
    if (++asked.gone < PATIENT_LOOKS) return;
    asked.gone = 0;
    if (++asked.lost > MOST_LOST) {
      const words = "the machines that worked on it went down";
      return this.#end(asked, () => asked.reject(new EngineError(words, { retryable: false })));
    }
    await this.#add(id, ticket);
  }

  #add(id: string, ticket: TaskTicket): Promise<void> {
    return this.#queueOf(ticket).add(id, ticket, PRIORITY_OF[ticket.kind]);
  }

  #queueOf({ kind }: TaskTicket): WorkQueue<TaskTicket> {
    const capability = CAPABILITY_OF[kind];
    const queue = this.#queues.get(capability) ?? this.#options.exchange.queue<TaskTicket>(capability);
    this.#queues.set(capability, queue);
    return queue;
  }

  /** Said again at each look, as long as it is there. */
  async #stop(id: string): Promise<void> {
    const asked = this.#asked.get(id);
    if (asked) await this.#withdraw(id, asked.ticket);
  }

  async #withdraw(id: string, ticket: TaskTicket): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#queueOf(ticket).remove(id);
      const order: StopOrder = { stop: id };
      await this.#options.exchange.tell("orders", order);
    } catch (error) {
      this.#options.log.debug({ task: id, error: messageOf(error) }, "a task could not be stopped");
    }
  }

  #hear(told: Told): void {
    const about = toldSchema.safeParse(told.message).data;
    const asked = about && this.#asked.get(about.task);
    if (!asked) return;
    asked.hearing = asked.hearing
      .then(() => this.#take(asked, about.news ?? null, told))
      .catch((error: unknown) => {
        this.#options.log.debug({ task: asked.id, error: messageOf(error) }, "news of a task were lost");
      });
  }

  async #take(asked: Asked, news: TaskNews | null, told: Told): Promise<void> {
    if (this.#asked.get(asked.id) !== asked) return;
    if (news) {
      asked.lost = 0;
      if (!isUnwanted(asked)) await asked.hooks.onNews(news, () => told.bytes());
      return;
    }
    const bytes = await told.bytes();
    const answer = bytes && answerSchema.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
    if (!answer) return;
    if (!("error" in answer)) return this.#end(asked, () => asked.resolve(answer.value));
    const isOthers = answer.error.kind === "cancelled" && !isUnwanted(asked);
    // Another bot wanted it no more, or this one a moment ago: it is asked for anew when it is gone.
    if (isOthers) asked.gone = PATIENT_LOOKS - 1;
    else this.#end(asked, () => asked.reject(fromWire(answer.error)));
  }

  #end(asked: Asked, settle: () => void): void {
    if (this.#asked.get(asked.id) === asked) this.#asked.delete(asked.id);
    settle();
  }
}
