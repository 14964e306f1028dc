/**
 * The history of the schema. A new table or column is a new file beside this one and one more entry at the end;
 * entries are never changed or reordered once they are on main. Number n brings a database to version n. From the tenth
 * on they are written in words that both SQLite and PostgreSQL take; PostgreSQL's history begins with the nine before in
 * one (`postgres-baseline.ts`).
 */
import { start } from "./001-start.ts";
import { votes } from "./002-votes.ts";
import { styles } from "./003-styles.ts";
import { openReplies } from "./004-open-replies.ts";
import { jobFault } from "./005-job-fault.ts";
import { toBeTold } from "./006-to-be-told.ts";
import { pictureReferences } from "./007-picture-references.ts";
import { styleVectors } from "./008-style-vectors.ts";
import { leases } from "./009-leases.ts";
import { fleet } from "./010-fleet.ts";
import { learningStates } from "./011-learning-states.ts";
import { openReplyServers } from "./012-open-reply-servers.ts";
import { erasures } from "./013-erasures.ts";
import { comparedPaths } from "./014-compared-paths.ts";
import { safetyVerdicts } from "./015-safety-verdicts.ts";
import { blocks } from "./016-blocks.ts";
import { heldJobs } from "./017-held-jobs.ts";
import { surveys } from "./018-surveys.ts";
import { discards } from "./019-discards.ts";
import { erasedMarks } from "./020-erased-marks.ts";
import { outside } from "./021-outside.ts";
import { blends } from "./022-blends.ts";
import { paintedStudies } from "./024-painted-studies.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [
  start,
  votes,
  styles,
  openReplies,
  jobFault,
  toBeTold,
  pictureReferences,
  styleVectors,
  leases,
  fleet,
  learningStates,
  openReplyServers,
  erasures,
  comparedPaths,
  safetyVerdicts,
  blocks,
  heldJobs,
  surveys,
  discards,
  erasedMarks,
  outside,
  blends,
  paintedStudies,
];

/** The version that this program's databases are of. */
export const VERSION = MIGRATIONS.length;
