/** Does tasks for bots: takes them from a queue, has this machine's engine do them, and tells what came of it. */
import type { Capability } from "../../../capabilities.ts";
import { CancelledError, EngineError, messageOf } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import { toWire } from "../../../process/wire-error.ts";
import type { EngineHooks } from "../../engine.ts";
import type { Claims, Exchange, LockTimes, Outcome, Ticket } from "../exchange.ts";
import { NewsSender } from "./news-sender.ts";
import { type Answer, stopSchema, type TaskTicket, ticketSchema, type TaskTold } from "./wire.ts";

/** An answer is there for so long for those who wait for it, milliseconds. */
const KEPT_MS = 60_000;

export interface TaskWorkOptions {
  readonly exchange: Exchange;
  readonly capability: Capability;
  readonly name: string;
  /** Tasks that are done at once. */
  readonly concurrency: number;
  readonly times?: LockTimes;
  /** Does one. @throws what `Engine`'s methods throw */
  readonly run: (ticket: TaskTicket, hooks: Required<EngineHooks>) => Promise<unknown>;
  readonly log: Logger;
}

export class TaskWork {
  /** No pictures are painted by it. */
  readonly jobs = [];
  readonly #options: TaskWorkOptions;
  readonly #closing = new AbortController();
  /** By id of the task. */
  readonly #running = new Map<string, AbortController>();
  readonly #forgetting = new Map<NodeJS.Timeout, readonly string[]>();
  #claims: Claims | null = null;
  #deaf = (): void => undefined;

  constructor(options: TaskWorkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { exchange, capability, name, concurrency, times } = this.#options;
    this.#deaf = await exchange.listen("orders", ({ message }) => {
      const order = stopSchema.safeParse(message).data;
      if (order) this.#running.get(order.stop)?.abort(new CancelledError());
    });
    const settings = { name, concurrency, ...(times && { times }) };
    this.#claims = await exchange.work<unknown>(capability, settings, (ticket) => this.#run(ticket));
  }

  /** Whoever wants something stopped says so again and again. */
  async check(): Promise<void> {}

  /** Takes no more, and gives back what runs. */
  async close(): Promise<void> {
    this.#closing.abort(new CancelledError("The worker is going down"));
    this.#claims?.pause();
    await this.#claims?.close();
    this.#deaf();
    for (const timer of this.#forgetting.keys()) clearTimeout(timer);
    await this.#forget([...this.#forgetting.values()].flat());
  }

  async #run({ id, data, signal }: Ticket<unknown>): Promise<Outcome> {
    const { exchange, run, log } = this.#options;
    const closing = this.#closing.signal;
    if (closing.aborted) return "back";
    const abort = new AbortController();
    this.#running.set(id, abort);
    const news = new NewsSender(exchange, id, log);
    let answer: Answer;
    try {
      const ticket = ticketSchema.safeParse(data);
      if (!ticket.success) throw new EngineError("this worker does not understand the task", { retryable: false });
      const hooks = { signal: AbortSignal.any([abort.signal, signal, closing]), onNews: news.offer };
      answer = { value: await run(ticket.data, hooks) };
    } catch (error) {
      const isTakenAway = signal.aborted || closing.aborted;
      if (error instanceof CancelledError && isTakenAway && !abort.signal.aborted) return "back";
      if (!(error instanceof CancelledError)) log.warn({ task: id, error: messageOf(error) }, "a task was not done");
      answer = { error: toWire(error) };
    } finally {
      this.#running.delete(id);
      await news.sent();
    }
    await this.#tell(id, answer, news.keys);
    return "done";
  }

  /** Whoever does not hear it finds that the task is gone, and asks again. */
  async #tell(task: string, answer: Answer, keys: readonly string[]): Promise<void> {
    const key = `over-${task}`;
    const told: TaskTold = { task, over: true };
    try {
      await this.#options.exchange.tell("news", told, { bytes: Buffer.from(JSON.stringify(answer)), key });
    } catch (error) {
      this.#options.log.warn({ task, error: messageOf(error) }, "the end of a task could not be told");
    }
    const timer = setTimeout(() => {
      this.#forgetting.delete(timer);
      void this.#forget([key, ...keys]);
    }, KEPT_MS).unref();
    this.#forgetting.set(timer, [key, ...keys]);
  }

  async #forget(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.#options.exchange.forget(keys).catch((error: unknown) => {
      this.#options.log.debug({ error: messageOf(error) }, "what was told could not be forgotten");
    });
  }
}
