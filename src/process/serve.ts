/** A child's side of the border: takes messages, hands them on, goes when its owner goes. */
import os from "node:os";

import type { z } from "zod";

import { EngineError, messageOf } from "../errors.ts";
import { type ChildMessage, taskOf } from "./protocol.ts";
import { toWire } from "./wire-error.ts";

/** Whoever does the tasks of a child. */
export interface TaskWorker<Task> {
  /** Does one task and posts its end; never throws. */
  run(message: Task): Promise<void>;
  cancel(task: number): void;
  /** Drops what it keeps from one task to the next; whoever keeps nothing need not. */
  forget?(): void;
}

/** One kind of child. */
export interface ChildPart<Options, Task extends { readonly task: number }, Info, News> {
  /** What it is called in errors. */
  readonly name: string;
  readonly messages: z.ZodType<
    | { readonly type: "start"; readonly options: Options }
    | { readonly type: "cancel"; readonly task: number }
    | { readonly type: "forget" }
    | (Task & { readonly type: string })
  >;
  /** Makes it ready to work. @throws whatever its owner is to hear */
  open(
    options: Options,
    post: (message: ChildMessage<Info> | News) => void,
  ): Promise<{ readonly info: Info; readonly worker: TaskWorker<Task> }>;
}

/** Makes this process such a child. Call once, first thing, in a forked process. */
export function serveChild<Options, Task extends { readonly task: number }, Info, News>(
  part: ChildPart<Options, Task, Info, News>,
): void {
  giveWay();
  // Ctrl-C reaches the whole process group; the bot decides when a child ends, or is gone and closes the channel.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  // Not by `exit`, which waits for what native threads are at (measured: 9 s for a large picture in libvips).
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  const { name } = part;
  const post = (message: ChildMessage<Info> | News): void => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  };
  let worker: TaskWorker<Task> | null = null;

  process.on("message", (received: unknown) => {
    const parsed = part.messages.safeParse(received);
    if (!parsed.success) {
      const error = new EngineError(`the ${name} was sent what it does not understand: ${parsed.error.message}`, {
        retryable: false,
      });
      const task = taskOf(received);
      if (task !== null) post({ type: "error", task, error: toWire(error) });
      else post({ type: "log", level: "error", text: error.message });
      return;
    }
    const message = parsed.data;
    if (message.type === "start") {
      void start((message as { readonly options: Options }).options);
    } else if (message.type === "cancel") {
      worker?.cancel((message as { readonly task: number }).task);
    } else if (message.type === "forget") {
      worker?.forget?.();
    } else if (worker) {
      void worker.run(message as Task);
    } else {
      const error = new EngineError(`the ${name} was given work before it had started`, { retryable: true });
      post({ type: "error", task: (message as Task).task, error: toWire(error) });
    }
  });

  async function start(options: Options): Promise<void> {
    try {
      const opened = await part.open(options, post);
      worker = opened.worker;
      post({ type: "ready", info: opened.info });
    } catch (error) {
      process.stderr.write(`the ${name} cannot start: ${error instanceof Error ? error.stack : messageOf(error)}\n`);
      post({ type: "unready", error: toWire(error) });
    }
  }
}

/**
 * The bot goes first: with the processors full of painting, it would otherwise wait for one up to 300 ms before it can
 * acknowledge a command or answer the gateway. Threads that are started from now on follow.
 */
function giveWay(): void {
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Where that may not be set, both are served alike.
  }
}
