/** Why a job failed, in words for people. */
import { asDiskFull, EngineError, publicMessageOf, UserError } from "../../errors.ts";

/** How often an engine may begin to work on one job. */
export const MAX_ATTEMPTS = 2;

/** Whether a job that failed like this is worth another attempt. */
export const isRetryable = (error: unknown, attempts: number): boolean =>
  error instanceof EngineError && error.retryable && attempts < MAX_ATTEMPTS;

export function failureWords(error: unknown): string {
  if (error instanceof UserError) return error.message;
  const diskFull = asDiskFull(error);
  if (diskFull) return diskFull.message;
  if (!(error instanceof EngineError)) {
    return "Something went wrong inside the bot. It has been logged; please tell whoever runs the bot.";
  }
  if (!error.retryable) return publicMessageOf(error);
  return (
    `The engine broke down ${MAX_ATTEMPTS} times while working on this picture, so it was given up ` +
    `(${publicMessageOf(error)}). The other jobs are not affected. A smaller size may help.`
  );
}

/** For a job that was begun as often as it may be, and that the bot went down with. */
export const interruptedWords = (lastFault: string | null): string =>
  (lastFault === null
    ? `The bot went down ${MAX_ATTEMPTS} times while working on this picture, so it was not started again. `
    : `The bot went down while working on this picture, and the attempt before had broken off (${publicMessageOf(lastFault)}), ` +
      "so it was not started again. ") + "Please try once more with the same pictures.";
