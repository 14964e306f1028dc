/** How often the hub is asked again, and for how long it is left alone. */
import type { RetryNotice, RetryOptions } from "../retry.ts";
import { HubError, isTransient } from "./hub-error.ts";

export type RetryPolicy = Required<Pick<RetryOptions, "tries" | "pauses">>;

export const DEFAULT_RETRY: RetryPolicy = { tries: 7, pauses: { firstMs: 500, longestMs: 60_000 } };

/** The policy for faults of the hub, whose own wishes (`Retry-After`) are heeded. */
export const hubRetry = (
  policy: RetryPolicy,
  signal?: AbortSignal,
  onRetry?: (notice: RetryNotice) => void,
): RetryOptions => ({
  ...policy,
  mayPass: isTransient,
  asked: (reason) => (reason instanceof HubError ? (reason.retryAfterMs ?? 0) : 0),
  signal,
  onRetry,
});
