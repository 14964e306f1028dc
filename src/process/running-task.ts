/** A task that a child process works on, as its owner waits for it. */
import type { z } from "zod";

import { CancelledError, EngineError, messageOf } from "../errors.ts";

export interface TaskHooks<News> {
  /** Stops the task. */
  readonly signal?: AbortSignal;
  /** Hears what the process tells about the task while it works on it, as it was sent. */
  readonly onNews?: (news: News) => void;
}

export interface TaskLimits {
  /** How long the task may take, milliseconds; `null`: it goes on in the background, as long as it takes. */
  readonly taskMs: number | null;
  /** How long it may go on after it was told to stop, milliseconds. */
  readonly graceMs: number;
  /** What a task that takes too long rejects with. */
  readonly late: () => Error;
}

/** What a task needs from its process. */
export interface TaskOwner {
  /** What the process is called. */
  readonly name: string;
  /** Asks the process to stop the task. */
  cancel(): void;
  /** Ends the process, because the task did not stop. */
  kill(): void;
}

/** A task whose answer may be anything. */
export interface Task<News> {
  readonly hooks: TaskHooks<News>;
  /** Whether it was told to stop and has not done so yet. */
  readonly stopping: boolean;
  /** Whether it lets others go first. */
  readonly background: boolean;
  /** Ends it with the process's answer. */
  reply(value: unknown): void;
  /** Ends it with an error of the process; one that was told to stop ends with the reason of that. */
  fail(error: Error): void;
}

export class RunningTask<T, News> implements Task<News> {
  readonly promise: Promise<T>;
  readonly hooks: TaskHooks<News>;
  readonly #schema: z.ZodType<T>;
  readonly #owner: TaskOwner;
  readonly #limits: TaskLimits;
  readonly #late: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;
  /** Why it is to stop; what it rejects with, however it ends. */
  #stopped: Error | null = null;

  constructor(schema: z.ZodType<T>, hooks: TaskHooks<News>, limits: TaskLimits, owner: TaskOwner) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.hooks = hooks;
    this.#schema = schema;
    this.#owner = owner;
    this.#limits = limits;
    hooks.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (limits.taskMs !== null) this.#late = setTimeout(() => this.#stop(limits.late()), limits.taskMs);
  }

  reply(value: unknown): void {
    this.#end();
    const parsed = this.#schema.safeParse(value);
    if (parsed.success) this.#resolve(parsed.data);
    else this.#reject(malformed(this.#owner.name, messageOf(parsed.error)));
  }

  fail(error: Error): void {
    this.#end();
    this.#reject(this.#stopped ?? error);
  }

  get background(): boolean {
    return this.#limits.taskMs === null;
  }

  get stopping(): boolean {
    return this.#stopped !== null;
  }

  readonly #onAbort = (): void => this.#stop(new CancelledError());

  #stop(reason: Error): void {
    if (this.#stopped) return;
    this.#stopped = reason;
    this.#owner.cancel();
    this.#grace = setTimeout(() => this.#owner.kill(), this.#limits.graceMs);
  }

  #end(): void {
    clearTimeout(this.#late);
    clearTimeout(this.#grace);
    this.hooks.signal?.removeEventListener("abort", this.#onAbort);
  }
}

/** A message that breaks the protocol. Trying again would not change it. */
export const malformed = (name: string, fault: string): EngineError =>
  new EngineError(`the ${name} said what nobody understands: ${fault}`, { retryable: false });
