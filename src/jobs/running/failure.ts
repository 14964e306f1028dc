/** Why a job failed, in words for people. */
import { asDiskFull, EngineError, publicMessageOf, UserError } from "../../errors.ts";
import { say } from "../../words/say.ts";

/** How often an engine may begin to work on one job. */
export const MAX_ATTEMPTS = 2;

/** Whether a job that failed like this is worth another attempt. */
export const isRetryable = (error: unknown, attempts: number): boolean =>
  error instanceof EngineError && error.retryable && attempts < MAX_ATTEMPTS;

/**
 * In the language that is spoken: whoever writes it down speaks to those who asked (`speakAbout`), and there it stays as it
 * is. What an engine says of a fault of its own is English.
 */
export function failureWords(error: unknown): string {
  if (error instanceof UserError) return error.words;
  const diskFull = asDiskFull(error);
  if (diskFull) return diskFull.words;
  if (!(error instanceof EngineError)) return say("error.job-failed");
  const fault = publicMessageOf(error);
  return error.retryable ? say("error.job-failed.engine", { attempts: MAX_ATTEMPTS, fault }) : fault;
}

/** For a job that was begun as often as it may be, and that the bot went down with; in the language that is spoken. */
export const interruptedWords = (lastFault: string | null): string =>
  lastFault === null
    ? say("error.job-failed.interrupted", { attempts: MAX_ATTEMPTS })
    : say("error.job-failed.interrupted-after", { fault: publicMessageOf(lastFault) });
