/** What must hold after a soak. */
import { comparisonsEnd, comparisonsKeepTheirJobs, learningsEnd } from "./comparisons.ts";
import { botGoesOnlyWhenTold, noErrorIsLost, rulesAreKept } from "./conduct.ts";
import type { Evidence, Invariant } from "./evidence.ts";
import { jobsAreTold, nothingOverCanBeStopped } from "./jobs.ts";
import { databaseIsSound, everyFileIsMeant, noProcessIsLeft } from "./leftovers.ts";
import { everybodyIsAnswered, nothingIsPostedTwice, nothingIsPostedWithoutEnd } from "./messages.ts";
import { medalsAreRecorded } from "./votes.ts";

/** While the bot is up and quiet. */
const UP: readonly Invariant[] = [
  jobsAreTold,
  nothingOverCanBeStopped,
  nothingIsPostedTwice,
  nothingIsPostedWithoutEnd,
  everybodyIsAnswered,
  comparisonsEnd,
  comparisonsKeepTheirJobs,
  learningsEnd,
  medalsAreRecorded,
];

/** Once it has gone. */
const DOWN: readonly Invariant[] = [
  noProcessIsLeft,
  databaseIsSound,
  everyFileIsMeant,
  rulesAreKept,
  botGoesOnlyWhenTold,
  noErrorIsLost,
];

const check = (invariants: readonly Invariant[], evidence: Evidence): string[] =>
  invariants.flatMap((invariant) => invariant(evidence));

export const violationsWhileUp = (evidence: Evidence): string[] => check(UP, evidence);
export const violationsOnceDown = (evidence: Evidence): string[] => check(DOWN, evidence);
