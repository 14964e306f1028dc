/** What went wrong at the border to Discord, by name. */
import { DiscordAPIError, HTTPError, RateLimitError, RESTJSONErrorCodes as Code } from "discord.js";

import { asDiskFull, brokenLine } from "../errors.ts";
import { timeOf } from "./snowflake.ts";

/** Discord's own number of the fault, or `null` when it is not Discord that complained. */
export const discordCode = (error: unknown): number | null =>
  error instanceof DiscordAPIError && typeof error.code === "number" ? error.code : null;

const oneOf =
  (...codes: readonly number[]) =>
  (error: unknown): boolean => {
    const code = discordCode(error);
    return code !== null && codes.includes(code);
  };

/** The message was deleted. */
export const isMessageGone = oneOf(Code.UnknownMessage);

/** Nothing can be done in this channel, thread or direct message (any more): deleted, hidden, or closed to the bot. */
export const isPlaceGone = oneOf(
  Code.UnknownChannel,
  Code.MissingAccess,
  Code.MissingPermissions,
  Code.ThreadLocked,
  Code.CannotSendMessagesToThisUser,
  Code.CannotSendMessagesToThisUserDueToHavingNoMutualGuilds,
);

export const isArchived = oneOf(Code.InvalidActionOnArchivedThread);

const isRefusedForAge = oneOf(Code.MaximumNumberOfEditsToMessagesOlderThanOneHourReached);
const HOUR_MS = 3_600_000;

/**
 * The message is over an hour old and was edited too often since. Discord says so with status 429, of which discord.js
 * tells no number.
 */
export const isTooOldToEdit = (error: unknown, messageId: string | null): boolean =>
  isRefusedForAge(error) ||
  (error instanceof RateLimitError && messageId !== null && Date.now() - timeOf(messageId) > HOUR_MS);

/** The server has as many open threads as it may. */
export const isFullOfThreads = oneOf(Code.MaximumActiveThreads);

export const hasThreadAlready = oneOf(Code.ThreadAlreadyCreatedForMessage);

/** The interaction was answered before. */
export const isAcknowledged = oneOf(Code.InteractionHasAlreadyBeenAcknowledged);

/** The upload is bigger than this place takes. */
export const isTooLarge = (error: unknown): boolean =>
  oneOf(Code.RequestEntityTooLarge)(error) || (error instanceof HTTPError && error.status === 413);

/** The interaction can no longer be answered through its token; messages still can, through the bot's own. */
export const isTokenSpent = oneOf(
  Code.InvalidWebhookToken,
  Code.UnknownWebhook,
  Code.UnknownInteraction,
  Code.UnknownMessage,
);

/** The bot's token was refused. */
export const isUnauthorised = (error: unknown): boolean =>
  (error instanceof DiscordAPIError && error.status === 401 && error.code !== Code.InvalidWebhookToken) ||
  (error instanceof Error && "code" in error && error.code === "TokenInvalid");

/**
 * The line broke, or Discord had a bad moment: the same call may well succeed. So it is with a refused token: when
 * Discord means it, the bot ends (`access.ts`).
 */
export function isPassing(error: unknown): boolean {
  if (isUnauthorised(error) || error instanceof RateLimitError) return true;
  // A refusal without a number is not Discord's own: somebody on the way to it answered.
  if (error instanceof DiscordAPIError) return error.status >= 500 || error.code === undefined;
  if (error instanceof HTTPError) return error.status >= 500;
  if (!(error instanceof Error)) return false;
  if (error.name === "AbortError") return true;
  return brokenLine(error) !== null || (error.cause !== undefined && isPassing(error.cause));
}

const BUSY = new Set(["SQLITE_BUSY", "SQLITE_LOCKED"]);

/** What is in the way may go by itself: Discord's troubles, a full disk. */
export const mayPass = (error: unknown): boolean =>
  isPassing(error) ||
  asDiskFull(error) !== null ||
  (error instanceof Error && "code" in error && BUSY.has(String(error.code)));

/** Two reasons to connect again met, and discord.js, at the second, found itself at the first. Nothing is lost. */
export const isConnectingAlready = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("a shard that wasn't idle");
