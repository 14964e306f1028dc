/** Repeats a call to Discord that a broken line interrupted. */
import { retrying } from "../../retry.ts";
import { isPassing } from "../discord-error.ts";

const RETRY = { tries: 4, pauses: { firstMs: 250, factor: 4, longestMs: 4000 }, mayPass: isPassing };

/**
 * Runs `call` until it succeeds or fails for a reason that will not pass. discord.js repeats timeouts and 5xx itself,
 * but not every broken connection. Only for calls that may be handled twice: edits, deletions, and creations that
 * carry an enforced nonce.
 */
export const persevere = <T>(call: () => Promise<T>): Promise<T> => retrying(call, RETRY);
