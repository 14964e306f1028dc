/** Has the pictures painted that are not there yet, by the engine of a checkout, in a process of its own. */
import { readFile } from "node:fs/promises";
import path from "node:path";

import { EngineError } from "../errors.ts";
import { exists } from "../exists.ts";
import { forkModule } from "../process/fork.ts";
import { withSources, type EngineSources } from "./engine-sources.ts";
import { keyOf, type Asked, type Order } from "./side.ts";

const CHILD = path.join(import.meta.dirname, "paint-child.ts");

/** A picture to paint; paths are absolute. */
export interface PaintTask {
  readonly content: string;
  readonly style: string;
  readonly styleSha256: string;
  readonly asked: Asked;
  /** Where the PNG goes, and the seconds beside it, without ending. */
  readonly target: string;
}

/** A picture that was painted. */
export interface Painted {
  readonly file: string;
  /** What the engine took, pictures being read already and the process warm. */
  readonly seconds: number;
}

export interface PaintHooks {
  readonly signal?: AbortSignal;
  /** Another one is done, of those that were missing. */
  readonly onPainted?: (done: number, missing: number) => void;
}

/**
 * Every order by the engine of one checkout, in the order given; what lies in `folder` already is not painted again.
 *
 * @throws EngineError with the reason of the process; CancelledError
 */
export async function paintMissing(
  sources: EngineSources,
  orders: readonly Order[],
  folder: string,
  { signal, onPainted }: PaintHooks = {},
): Promise<Painted[]> {
  const tasks = orders.map((order): PaintTask => {
    const { content, style } = order.pair;
    return {
      content: path.resolve(content.file),
      style: path.resolve(style.file),
      styleSha256: style.sha256,
      asked: { variant: order.variant, settings: order.settings },
      target: path.resolve(folder, keyOf(sources, order)),
    };
  });
  const missing = new Map<string, PaintTask>();
  for (const task of tasks) if (!(await exists(`${task.target}.png`))) missing.set(task.target, task);
  if (missing.size > 0)
    await withSources(sources, (root) =>
      paintAll(root, [...missing.values()], signal, (done) => onPainted?.(done, missing.size)),
    );
  return Promise.all(
    tasks.map(async ({ target }) => {
      const { seconds } = JSON.parse(await readFile(`${target}.json`, "utf8")) as { readonly seconds: number };
      return { file: `${target}.png`, seconds };
    }),
  );
}

type Answer = { readonly ready: true } | { readonly seconds: number } | { readonly error: string };

async function paintAll(
  root: string,
  tasks: readonly PaintTask[],
  signal: AbortSignal | undefined,
  onPainted: (done: number) => void,
): Promise<void> {
  const child = forkModule(CHILD, [root]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = (): unknown => child.kill("SIGKILL");
  signal?.addEventListener("abort", stop);
  let said = "";
  child.stdout?.resume();
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void =>
        reject(signal?.aborted ? signal.reason : new EngineError(reason, { retryable: false }));
      let next = 0;
      child.on("message", (answer: Answer) => {
        if ("error" in answer) return fail(answer.error);
        if ("seconds" in answer) onPainted(next);
        const task = tasks[next++];
        if (task) child.send(task);
        else resolve();
      });
      child.once("error", (error) => fail(error.message));
      child.once("exit", (code, by) => fail(`the engine ended early (${by ?? code}) ${said}`));
      if (signal?.aborted) stop();
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
    await ended;
  }
}
