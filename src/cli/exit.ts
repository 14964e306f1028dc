/** How commands end: 0, 2 for bad use or bad input (one line), 1 for anything else. */
import { CommanderError } from "commander";

import { ConfigError } from "../config.ts";
import { CancelledError, messageOf, UserError } from "../errors.ts";
import { redact } from "../log.ts";
import { systemErrorWords } from "./system-error.ts";

/** Says on standard error what went wrong and returns the exit code. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has said it already
  const bad = error instanceof UserError || error instanceof ConfigError;
  const text = error instanceof CancelledError ? "Stopped." : (systemErrorWords(error) ?? messageOf(error));
  process.stderr.write(`atelier: ${redact(bad ? text.replaceAll("\n", "; ") : text)}\n`);
  if (!bad && process.env["LOG_LEVEL"] === "debug" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return bad ? 2 : 1;
}
