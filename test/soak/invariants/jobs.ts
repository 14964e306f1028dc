/** Every job ends in exactly one result or one failure in words, told to whom asked; its card does not wait for ever. */
import type { RequestRecord } from "@atelier/sandbox";

import { isSettled } from "../../../src/jobs/job.ts";
import { buttonsOf, nonceOf } from "../ledger.ts";
import { requestOf } from "../records.ts";
import type { Invariant } from "./evidence.ts";
import { isClosed } from "./places.ts";

const hasNonce =
  (nonce: string) =>
  ({ body }: RequestRecord): boolean =>
    typeof body === "object" && body !== null && "nonce" in body && body.nonce === nonce;

export const jobsAreTold: Invariant = ({ records, ledger }) =>
  records.jobs.flatMap((job) => {
    const { id, state } = job;
    const { replyTo, userId } = requestOf(job);
    if (!isSettled(state)) return [`job ${id} is ${state} for ever`];
    if (state === "failed" && !job.failure) return [`job ${id} failed without words`];
    if (!replyTo || state === "cancelled") return [];
    const nonce = nonceOf(id, "result");
    const told = ledger.withNonce(nonce);
    if (told.length === 0) {
      const isRefused = ledger.refusals(hasNonce(nonce)).length > 0;
      const isPlaceGone = ledger.isThreadGone(replyTo.channelId) || isClosed(ledger, replyTo.channelId);
      return isRefused || isPlaceGone ? [] : [`job ${id} is ${state}, and nobody was told`];
    }
    const wrong = told.filter(({ message }) => message.mentions.users.join() !== userId);
    return wrong.map(({ message }) => `message ${message.id} tells the end of job ${id} without a ping for its member`);
  });

/** Nothing that is over still offers to stop it. */
export const nothingOverCanBeStopped: Invariant = ({ records, ledger }) => {
  const over = new Set([
    ...records.jobs.filter(({ state }) => isSettled(state)).map(({ id }) => `cancel:${id}`),
    ...records.learnings.filter(({ settled }) => settled === 1).map(({ id }) => `stop-learning:${id}`),
    ...records.comparisons
      .filter(({ state }) => ["closed", "cancelled", "failed"].includes(state))
      .map(({ id }) => `end-comparison:${id}`),
  ]);
  return ledger.standing.flatMap((message) => {
    const stale = buttonsOf(message).filter((button) => over.has(button));
    if (stale.length === 0 || isClosed(ledger, message.channelId)) return [];
    if (ledger.refusals(({ path }) => path.includes(message.id)).length > 0) return [];
    return [`message ${message.id} still offers ${stale.join(", ")}`];
  });
};
