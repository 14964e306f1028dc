/** A process that runs until it is told to stop: signals, last words and exit codes. */
import os from "node:os";

import { UserError } from "./errors.ts";
import type { Logger } from "./log.ts";

/** What is still held open at the end, such as an upload that does not get through, is left to the next start. */
const EXIT_MS = 1000;
/** npm passes on a Ctrl-C that the terminal has told the process itself: both are one press. */
const ONE_PRESS_MS = 500;

/** Ends with 2, and says what somebody has to put right. */
export function refuse(words: string): number {
  process.stderr.write(`${words}\n`);
  return 2;
}

/**
 * Has `run` do its work until `stop` is aborted: by SIGINT or SIGTERM, the second of which ends the process at once, or by
 * `told`.
 *
 * @returns the exit code: what `run` says, 0 when it rejects after it was told to stop, 2 when it rejects with a
 * `UserError`, 1 for anything else
 */
export async function untilStopped(
  run: (stop: AbortSignal) => Promise<number>,
  log: Logger,
  told?: AbortSignal,
): Promise<number> {
  const stop = new AbortController();
  let pressedAt = Number.POSITIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (performance.now() - pressedAt > ONE_PRESS_MS) process.exit(128 + os.constants.signals[signal]);
    if (!stop.signal.aborted) pressedAt = performance.now();
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  if (told?.aborted) stop.abort();
  told?.addEventListener("abort", () => stop.abort(), { once: true });
  try {
    return await run(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 0;
    if (error instanceof UserError) return refuse(error.message);
    log.fatal({ err: error }, "the bot could not start");
    return 1;
  } finally {
    setTimeout(() => process.exit(), EXIT_MS).unref();
  }
}

export interface Running {
  /** Resolves when it cannot go on until somebody puts something right: with what that is, in words. */
  readonly ended: Promise<UserError>;
  close(): Promise<void>;
}

/**
 * Starts something and closes it when it is told to stop, cannot go on, or the process meets an error that nobody took.
 *
 * @returns the exit code
 */
export async function goOn(
  start: () => Promise<Running>,
  { stop, log, closing }: { readonly stop: AbortSignal; readonly log: Logger; readonly closing: string },
): Promise<number> {
  const running = await start();
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  const crashed = new Promise<Error>((resolve) => {
    process.once("uncaughtException", resolve);
  });
  const reason = await Promise.race([stopped, running.ended, crashed]);
  let code = reason ? 1 : 0;
  if (reason instanceof UserError) code = refuse(reason.message);
  else if (reason) log.fatal({ err: reason }, "it cannot go on");
  else log.info(closing);
  await running.close();
  return code;
}
