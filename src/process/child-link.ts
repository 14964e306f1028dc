/** The owner's side of the border: one child process, the tasks it works on, and its end. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { z } from "zod";

import { CancelledError, EngineError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { forkModule, type ForkOptions } from "./fork.ts";
import { type ChildMessage, taskOf } from "./protocol.ts";
import { malformed, RunningTask, type Task, type TaskHooks, type TaskLimits } from "./running-task.ts";
import { fromWire } from "./wire-error.ts";

/** What one kind of child and its owner talk about, beside what all have in common. */
export interface Dialogue {
  /** What a child says of itself when it is ready. */
  readonly info: unknown;
  /** Messages that ask for work, before they get their number. */
  readonly work: { readonly type: string };
  /** What a child tells about a task while it works on it. */
  readonly news: { readonly type: string; readonly task: number };
  /** What a child is told beside its work, and does not answer. */
  readonly orders?: { readonly type: string };
}

export interface ChildLinkOptions<D extends Dialogue> {
  /** What it is called in the log and in errors. */
  readonly name: string;
  /** Path of the module that speaks the child's part. */
  readonly module: string;
  /** How the process is started. */
  readonly fork?: ForkOptions;
  /** What it needs to know to begin. */
  readonly start: unknown;
  readonly messages: z.ZodType<ChildMessage<D["info"]> | D["news"]>;
  readonly log: Logger;
  /** How long the process may take to be ready, milliseconds. */
  readonly startMs: number;
  /** Called once, when the process is gone. `crashed`: nobody here wanted that. */
  readonly onGone: (crashed: boolean) => void;
}

export class ChildLink<D extends Dialogue> {
  /** Resolves when the process is ready; rejects with why it is not. */
  readonly ready: Promise<D["info"]>;
  readonly #child: ChildProcess;
  readonly #options: ChildLinkOptions<D>;
  readonly #tasks = new Map<number, Task<D["news"]>>();
  #numbered = 0;
  #resolveReady!: (info: D["info"]) => void;
  #rejectReady!: (error: Error) => void;
  readonly #late: NodeJS.Timeout;
  /** Its end was asked for from here: for this reason. */
  #ended: Error | null = null;
  #gone: Error | null = null;
  #tasksAtEnd = 0;
  /** The last error that it printed. */
  #complaint = "";

  constructor(options: ChildLinkOptions<D>) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.ready.catch(() => undefined);
    this.#late = setTimeout(() => {
      this.#kill(new EngineError(`the ${options.name} process did not become ready in time`, { retryable: true }));
    }, options.startMs);
    this.#child = forkModule(options.module, [], options.fork);
    this.#child.on("message", (received) => this.#take(received));
    this.#child.on("error", (error) => options.log.error({ error: error.message }, `${options.name} process`));
    this.#child.once("close", (code, signal) => this.#onClose(code, signal));
    this.#relay(this.#child.stdout, "info");
    this.#relay(this.#child.stderr, "warn");
    this.#send({ type: "start", options: options.start });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether work can be given to it. */
  get alive(): boolean {
    return this.#gone === null && this.#ended === null;
  }

  /** Whether it works on anything. */
  get busy(): boolean {
    return this.#tasks.size > 0;
  }

  /** Whether it is gone although nobody here wanted that. */
  get crashed(): boolean {
    return this.#gone !== null && this.#ended === null;
  }

  /** Whether it crashed while it had one task only, beside what goes on in the background: that one is to blame. */
  get crashedOnOneTask(): boolean {
    return this.crashed && this.#tasksAtEnd === 1;
  }

  /**
   * @throws UserError, EngineError or CancelledError: what the task ended with, or what the end of the process means
   * for it
   */
  async run<T>(
    work: D["work"],
    schema: z.ZodType<T>,
    limits: TaskLimits,
    hooks: TaskHooks<D["news"]> = {},
  ): Promise<T> {
    if (hooks.signal?.aborted) throw new CancelledError();
    if (this.#gone ?? this.#ended) throw this.#gone ?? this.#ended;
    const task = ++this.#numbered;
    const { name } = this.#options;
    const running = new RunningTask(schema, hooks, limits, {
      name,
      cancel: () => this.#send({ type: "cancel", task }),
      kill: () => this.#kill(new EngineError(`the ${name} process was restarted`, { retryable: true })),
    });
    this.#tasks.set(task, running);
    this.#send({ ...work, task });
    return running.promise;
  }

  /** Tells the process something that is no work. One that is gone has nothing to hear. */
  tell(order: NonNullable<D["orders"]>): void {
    this.#send(order);
  }

  /** Ends the process at once; running tasks reject with `CancelledError`. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    this.#kill(new CancelledError(`the ${this.#options.name} was stopped`));
    await closed;
  }

  #send(message: object): void {
    // A channel that is closed means that the process is gone: its tasks hear that by `close`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #take(received: unknown): void {
    const { messages, log, name } = this.#options;
    const parsed = messages.safeParse(received);
    if (!parsed.success) {
      const fault = z.prettifyError(parsed.error);
      log.error({ fault }, `the ${name} process sent a malformed message`);
      this.#end(taskOf(received), (task) => task.fail(malformed(name, fault)));
      return;
    }
    this.#heed(parsed.data);
  }

  #heed(received: ChildMessage<D["info"]> | D["news"]): void {
    const message = received as ChildMessage<D["info"]>;
    switch (message.type) {
      case "ready":
        clearTimeout(this.#late);
        return this.#resolveReady(message.info);
      case "unready":
        return this.#kill(fromWire(message.error));
      case "log":
        return this.#options.log[message.level](message.text);
      case "reply":
        return this.#end(message.task, (task) => task.reply(message.value));
      case "error":
        return this.#end(message.task, (task) => task.fail(fromWire(message.error)));
      default:
        return this.#tell(received as D["news"]);
    }
  }

  /** To whoever waits for the task. Nobody wants to hear of its progress any more when it is to stop. */
  #tell(news: D["news"]): void {
    const task = this.#tasks.get(news.task);
    if (task && !task.stopping) task.hooks.onNews?.(news);
  }

  #end(number: number | null, how: (task: Task<D["news"]>) => void): void {
    const task = number === null ? undefined : this.#tasks.get(number);
    if (number === null || !task) return;
    this.#tasks.delete(number);
    how(task);
  }

  #kill(reason: Error): void {
    this.#ended ??= reason;
    this.#child.kill("SIGKILL");
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#late);
    const how = signal ? `was killed (${signal}; out of memory?)` : `ended by itself (exit code ${code ?? "unknown"})`;
    const words = `the ${this.#options.name} process ${how}${this.#complaint && `: ${this.#complaint}`}`;
    const gone = this.#ended ?? new EngineError(words, { retryable: true });
    this.#gone = gone;
    this.#tasksAtEnd = [...this.#tasks.values()].filter(({ background }) => !background).length;
    this.#rejectReady(gone);
    this.#options.onGone(this.crashed);
    for (const task of this.#tasks.values()) task.fail(gone);
    this.#tasks.clear();
  }

  /** What onnxruntime, libvips and Node print goes into the log, line by line. */
  #relay(stream: Readable | null, level: "info" | "warn"): void {
    if (!stream) return;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      if (/^(?:\w*Error|terminate called|FATAL ERROR)\b/.test(line)) this.#complaint = line.trim();
      this.#options.log[level]({ [this.#options.name]: line });
    });
  }
}
