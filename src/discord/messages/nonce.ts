/** Nonces that a restarted bot makes again: Discord then returns the message it has, in place of a second one. */
import { createHash } from "node:crypto";

/** At most 25 characters, Discord's limit. */
export const nonceFor = (jobId: string, kind: string): string =>
  createHash("sha256").update(`${jobId}/${kind}`).digest("base64url").slice(0, 25);
