/** What a soak is judged by. */
import type { Records } from "../records.ts";
import type { Stage } from "../stage.ts";

export interface Evidence extends Pick<Stage, "discord" | "ledger" | "dataDir" | "tempDir" | "keeper" | "disk"> {
  readonly records: Records;
}

/** @returns what does not hold, one sentence each */
export type Invariant = (evidence: Evidence) => string[];
