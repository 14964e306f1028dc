/** Nonces that a restarted bot makes again: Discord then returns the message it has, in place of a second one. */
import { createHash } from "node:crypto";

import { clockedSince, type Moment } from "../../moment.ts";

/**
 * So long after the first attempt a nonce still keeps a second message away. Discord remembers it for "the past few
 * minutes" and says no number.
 */
const REMEMBERED_MS = 2 * 60_000;

/** At most 25 characters, Discord's limit. */
export const nonceFor = (jobId: string, kind: string): string =>
  createHash("sha256").update(`${jobId}/${kind}`).digest("base64url").slice(0, 25);

/** Whether Discord may have forgotten a nonce that it first saw then, or at any time later. */
export const mayBeForgotten = (firstTried: Moment): boolean => clockedSince(firstTried) > REMEMBERED_MS;
