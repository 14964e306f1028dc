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

const check = async (invariants: readonly Invariant[], evidence: Evidence): Promise<string[]> =>
  (await Promise.all(invariants.map((invariant) => invariant(evidence)))).flat();

export const violationsWhileUp = (evidence: Evidence): Promise<string[]> => check(UP, evidence);
export const violationsOnceDown = (evidence: Evidence): Promise<string[]> => check(DOWN, evidence);
