/** The engine's side of the border: takes messages, hands them to the worker, goes when the bot goes. */
import os from "node:os";

import { EngineError, messageOf } from "../errors.ts";
import { taskOf, toChildSchema, type FromChild } from "./messages.ts";
import type { BuildParts } from "./parts.ts";
import { toWire } from "./wire-error.ts";
import { EngineWorker } from "./worker.ts";

/** Makes this process an engine. Call once, first thing, in a forked process. */
export function serveEngine(build: BuildParts): void {
  giveWay();
  // Ctrl-C reaches the whole process group; the bot decides when the engine ends, or is gone and closes the channel.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => undefined);
  process.on("disconnect", () => process.exit(0));
  const post = (message: FromChild): void => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  };
  let worker: EngineWorker | null = null;

  process.on("message", (received: unknown) => {
    const parsed = toChildSchema.safeParse(received);
    if (!parsed.success) {
      const error = new EngineError(`the engine was sent what it does not understand: ${parsed.error.message}`, {
        retryable: false,
      });
      const task = taskOf(received);
      if (task !== null) post({ type: "error", task, error: toWire(error) });
      else post({ type: "log", level: "error", text: error.message });
      return;
    }
    const message = parsed.data;
    if (message.type === "start") {
      void start(message.options);
    } else if (message.type === "cancel") {
      worker?.cancel(message.task);
    } else if (worker) {
      void worker.run(message);
    } else {
      const error = new EngineError("the engine was given work before it had started", { retryable: true });
      post({ type: "error", task: message.task, error: toWire(error) });
    }
  });

  async function start(options: Parameters<BuildParts>[0]): Promise<void> {
    try {
      const parts = await build(options, (level, text) => post({ type: "log", level, text }));
      worker = new EngineWorker(parts, post);
      const { stylizer, describer, device, parallelStages } = parts;
      const info = { stylizer: stylizer.id, describer: describer.id, describerLabel: describer.label };
      post({ type: "ready", info: { ...info, device, parallelStages } });
    } catch (error) {
      process.stderr.write(`the engine cannot start: ${error instanceof Error ? error.stack : messageOf(error)}\n`);
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
