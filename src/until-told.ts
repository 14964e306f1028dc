/** Runs a process until it is told to stop: signals, crashes, the exit code. */
import os from "node:os";

import { UserError } from "./errors.ts";
import type { Logger } from "./log.ts";

/** What is still held open after closing, such as an upload that does not get through, is left to the next start. */
const EXIT_MS = 1000;
/** npm passes on a Ctrl-C that the terminal has told the process itself: both are one press. */
const ONE_PRESS_MS = 500;

export interface Running {
  /** Resolves when it cannot go on until somebody puts something right: with what that is, in words. */
  readonly ended: Promise<UserError>;
  close(): Promise<void>;
}

export interface UntilToldOptions {
  readonly log: Logger;
  /** Logged when it is told to stop. */
  readonly closing: string;
  /** Takes rejections that nobody took. */
  readonly onRejection: (error: unknown) => void;
}

/**
 * Starts something, and closes it at SIGINT or SIGTERM; a second signal ends the process at once.
 *
 * @param start its signal is aborted when it is told to stop meanwhile
 * @returns the exit code: 0 after a signal, 2 when somebody has to put a setting right, 1 for anything else
 */
export async function runUntilTold(
  start: (signal: AbortSignal) => Promise<Running>,
  { log, closing, onRejection }: UntilToldOptions,
): Promise<number> {
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  let pressedAt = Number.POSITIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (performance.now() - pressedAt > ONE_PRESS_MS) process.exit(128 + os.constants.signals[signal]);
    if (!stop.signal.aborted) pressedAt = performance.now();
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  process.on("unhandledRejection", onRejection);
  try {
    const running = await start(stop.signal);
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
  } catch (error) {
    if (stop.signal.aborted) return 0;
    if (error instanceof UserError) return refuse(error.message);
    log.fatal({ err: error }, "it could not start");
    return 1;
  } finally {
    setTimeout(() => process.exit(), EXIT_MS).unref();
  }
}

/** Says what somebody has to put right. @returns the exit code */
export function refuse(words: string): number {
  process.stderr.write(`${words}\n`);
  return 2;
}
