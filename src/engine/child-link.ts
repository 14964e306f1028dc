/** The bot's side of the border: one engine process, the tasks it works on, and its end. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { z } from "zod";

import { CancelledError, EngineError } from "../errors.ts";
import type { EngineHooks, EngineInfo } from "../jobs/engine.ts";
import type { Logger } from "../log.ts";
import { forkModule } from "./fork.ts";
import { fromChildSchema, taskOf, type FromChild, type PartsOptions, type TaskMessage } from "./messages.ts";
import type { ToChild } from "./messages.ts";
import { malformed, RunningTask, type Task, type TaskLimits } from "./running-task.ts";
import { fromWire } from "./wire-error.ts";

export interface ChildLinkOptions extends TaskLimits {
  /** Path of the module that calls `serveEngine`. */
  readonly module: string;
  readonly parts: PartsOptions;
  readonly log: Logger;
  /** How long the process may take to be ready, milliseconds. */
  readonly startMs: number;
  /** Called once, when the process is gone. `crashed`: nobody here wanted that. */
  readonly onGone: (crashed: boolean) => void;
}

/** Node's timers go no further: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A message that asks for work, before it gets its number. */
export type Work = TaskMessage extends infer M ? (M extends TaskMessage ? Omit<M, "task"> : never) : never;

export class ChildLink {
  /** Resolves when the process is ready; rejects with why it is not. */
  readonly ready: Promise<EngineInfo>;
  readonly #child: ChildProcess;
  readonly #options: ChildLinkOptions;
  readonly #tasks = new Map<number, Task>();
  #numbered = 0;
  #resolveReady!: (info: EngineInfo) => void;
  #rejectReady!: (error: Error) => void;
  readonly #late: NodeJS.Timeout;
  /** Its end was asked for from here: for this reason. */
  #ended: Error | null = null;
  #gone: Error | null = null;
  #tasksAtEnd = 0;
  /** The last error that it printed. */
  #complaint = "";

  constructor(options: ChildLinkOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    this.ready.catch(() => undefined);
    this.#late = setTimeout(() => {
      this.#kill(new EngineError("the engine process did not become ready in time", { retryable: true }));
    }, options.startMs);
    this.#child = forkModule(options.module);
    this.#child.on("message", (received) => this.#take(received));
    this.#child.on("error", (error) => options.log.error({ error: error.message }, "engine process"));
    this.#child.once("close", (code, signal) => this.#onClose(code, signal));
    this.#relay(this.#child.stdout, "info");
    this.#relay(this.#child.stderr, "warn");
    this.#send({ type: "start", options: options.parts });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether work can be given to it. */
  get alive(): boolean {
    return this.#gone === null && this.#ended === null;
  }

  /** Whether it is gone although nobody here wanted that. */
  get crashed(): boolean {
    return this.#gone !== null && this.#ended === null;
  }

  /** Whether it crashed while it had one task only, which then is to blame. */
  get crashedOnOneTask(): boolean {
    return this.crashed && this.#tasksAtEnd === 1;
  }

  /**
   * @throws UserError, EngineError or CancelledError: what the task ended with, or what the end of the process means
   * for it
   */
  async run<T>(work: Work, schema: z.ZodType<T>, hooks: EngineHooks = {}): Promise<T> {
    if (hooks.signal?.aborted) throw new CancelledError();
    if (this.#gone ?? this.#ended) throw this.#gone ?? this.#ended;
    const task = ++this.#numbered;
    // What goes on in the background takes as long as it takes.
    const limits = work.type === "learn" ? { ...this.#options, taskMs: LONGEST_TIMER_MS } : this.#options;
    const running = new RunningTask(schema, hooks, limits, {
      cancel: () => this.#send({ type: "cancel", task }),
      kill: () => this.#kill(new EngineError("the engine process was restarted", { retryable: true })),
    });
    this.#tasks.set(task, running);
    this.#send({ ...work, task });
    return running.promise;
  }

  /** Ends the process at once; running tasks reject with `CancelledError`. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    this.#kill(new CancelledError("the engine was stopped"));
    await closed;
  }

  #send(message: ToChild): void {
    // A channel that is closed means that the process is gone: its tasks hear that by `close`.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #take(received: unknown): void {
    const parsed = fromChildSchema.safeParse(received);
    if (!parsed.success) {
      const fault = z.prettifyError(parsed.error);
      this.#options.log.error({ fault }, "the engine process sent a malformed message");
      this.#end(taskOf(received), (task) => task.fail(malformed(fault)));
      return;
    }
    this.#heed(parsed.data);
  }

  #heed(message: FromChild): void {
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
      case "text":
        return this.#hooks(message.task).onText?.(message.text);
      case "progress":
        return this.#hooks(message.task).onProgress?.(message.step, message.steps);
      case "begun":
        return this.#hooks(message.task).onBegun?.(message.size, message.step);
      case "look":
        return this.#hooks(message.task).onLook?.(message.step, message.loss);
      case "preview":
        return this.#hooks(message.task).onPreview?.(message.path, message.step, message.steps);
    }
  }

  /** Who wants to hear of a task's progress: nobody any more when it is to stop. */
  #hooks(number: number): EngineHooks {
    const task = this.#tasks.get(number);
    return task && !task.stopping ? task.hooks : {};
  }

  #end(number: number | null, how: (task: Task) => void): void {
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
    const words = `the engine process ${how}${this.#complaint && `: ${this.#complaint}`}`;
    const gone = this.#ended ?? new EngineError(words, { retryable: true });
    this.#gone = gone;
    this.#tasksAtEnd = this.#tasks.size;
    this.#rejectReady(gone);
    this.#options.onGone(this.crashed);
    for (const task of this.#tasks.values()) task.fail(gone);
    this.#tasks.clear();
  }

  /** What onnxruntime and Node print goes into the log, line by line. */
  #relay(stream: Readable | null, level: "info" | "warn"): void {
    if (!stream) return;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      if (/^(?:\w*Error|terminate called|FATAL ERROR)\b/.test(line)) this.#complaint = line.trim();
      this.#options.log[level]({ engine: line });
    });
  }
}
