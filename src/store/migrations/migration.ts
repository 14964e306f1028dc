/** One step in the history of the schema. */
import type { Transaction } from "kysely";

export interface Migration {
  /** Number and words, as the file's name. */
  readonly name: string;
  /** Runs in a transaction; foreign keys are enforced. Sees the tables as the migrations before it left them. */
  up(db: Transaction<unknown>): Promise<void>;
}
