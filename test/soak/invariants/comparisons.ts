/** Comparisons and learnings that were begun have ended, or are open to be voted on. */
import { nonceOf } from "../ledger.ts";
import type { Invariant } from "./evidence.ts";
import { isClosed } from "./places.ts";

export const comparisonsEnd: Invariant = ({ records, ledger }) =>
  records.comparisons.flatMap((comparison) => {
    const { id, state } = comparison;
    if (state === "painting" || state === "closing") return [`comparison ${id} is ${state} for ever`];
    if (state !== "open" && state !== "closed") return [];
    if (isClosed(ledger, comparison.channel_id) || ledger.isThreadGone(comparison.channel_id)) return [];
    const missing = ["sheet", "letter-A", "letter-B", "letter-C"].filter(
      (kind) => ledger.withNonce(nonceOf(id, kind)).length === 0,
    );
    return missing.length > 0 ? [`comparison ${id} is ${state} without ${missing.join(", ")}`] : [];
  });

/** Three jobs of a comparison that nobody knows of would wait or run for nobody. */
export const comparisonsKeepTheirJobs: Invariant = ({ records }) => {
  const owned = new Set(records.comparison_jobs.map(({ job_id: id }) => id));
  const shown = new Set(records.surfaces.map(({ job_id: id }) => id));
  return records.jobs
    .filter(({ id, state }) => !owned.has(id) && !shown.has(id) && state !== "cancelled")
    .map(({ id, state }) => `job ${id} (${state}) belongs to nothing that anybody sees`);
};

export const learningsEnd: Invariant = ({ records }) =>
  records.learnings.filter(({ settled }) => settled === 0).map(({ id }) => `learning ${id} goes on for ever`);
